/** Every route of the application with every kind of caller, over the wire: who comes in, and who may do what. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Child, startChild } from '../../../local/launch/child.ts';
import { type LocalCloud, launchLocalCloud } from '../../../local/launch/local-cloud.ts';
import { projectFolder } from '../../../local/process/project-folder.ts';
import { type Access, accessTable, ruleOf } from '../../../shared/access/access-table.ts';
import { claim, ofPerson, principal } from '../../unit/access/principals.ts';

const tiny = readFileSync(
  fileURLToPath(new URL('../../fixtures/tiny-model/models/tiny.yaml', import.meta.url)),
  'utf8',
);
/** The same model with an endpoint: orders about its releases are taken. */
const served = `${tiny.replace('model: tiny', 'model: served').replace(/^release:[\s\S]*/m, '')}
release:
  target: { kind: online-endpoint, endpoint: served, instanceType: Standard_DS3_v2 }
  stages: [{ stage: production, kind: production }]
`;
const home = mkdtempSync(join(tmpdir(), 'ratchet-access-'));
let local: LocalCloud;
let keys: { masterKey: string; hostKeys: { default: string }; systemKeys: Record<string, string> };

const people = [
  { name: 'vic', roles: ['viewer'] },
  { name: 'olga', roles: ['operator'] },
  { name: 'ada', roles: ['approver'] },
  { name: 'noah', roles: [] },
];

beforeAll(async () => {
  writeFileSync(join(home, 'people.json'), JSON.stringify({ people }));
  const modelsFolder = join(home, 'models');
  mkdirSync(modelsFolder);
  writeFileSync(join(modelsFolder, 'tiny.yaml'), tiny);
  writeFileSync(join(modelsFolder, 'served.yaml'), served);
  local = await launchLocalCloud({ home, modelsFolder, keys: true });
  keys = JSON.parse(readFileSync(join(home, 'host', 'keys.json'), 'utf8'));
}, 120_000);
afterAll(async () => {
  await local?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** Somebody else's word that the sender is an approver. */
const forged = {
  'x-ms-client-principal': principal(ofPerson(claim('roles', 'approver'), claim('roles', 'operator'))),
  'x-ms-client-principal-id': '3f2c8a4e-0000-4000-8000-000000000001',
  'x-ms-client-principal-name': 'ada@example.com',
  'x-ms-client-principal-idp': 'aad',
};

type Headers = Readonly<Record<string, string>>;

const callers = [
  'nobody',
  'forger',
  'key',
  'key and forger',
  'key and ada',
  'vic',
  'olga',
  'ada',
  'noah',
] as const;
type Caller = (typeof callers)[number];

function headersOf(caller: Caller): Headers {
  const key = { 'x-functions-key': keys.hostKeys.default };
  const token = (name: string) => ({ authorization: `Bearer ${local.tokenOf(name)}` });
  switch (caller) {
    case 'nobody':
      return {};
    case 'forger':
      return forged;
    case 'key':
      return key;
    case 'key and forger':
      return { ...key, ...forged };
    case 'key and ada':
      return { ...key, ...token('ada') };
    default:
      return token(caller);
  }
}

/** The roles a caller has behind the second door. */
const rolesOf: Partial<Record<Caller, readonly string[]>> = {
  vic: ['viewer'],
  olga: ['operator'],
  ada: ['approver'],
  'key and ada': ['approver'],
  noah: [],
};

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly code: string | undefined;
}

async function ask(method: string, path: string, headers: Headers, body?: unknown): Promise<Answer> {
  const response = await fetch(`${local.apiRoot}/${path}`, {
    method,
    headers: { ...(method === 'POST' && { 'content-type': 'application/json' }), ...headers },
    ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
  });
  const text = await response.text();
  const { code } = (text.startsWith('{') ? JSON.parse(text) : {}) as { code?: string };
  return { status: response.status, text, code };
}

/** What the doors say to a caller: the status, or null where it comes in. */
function refusedAt(door: 'machines' | 'people', caller: Caller, access: Access | 'nothing'): number | null {
  if (door === 'machines') {
    if (!caller.startsWith('key')) return 401;
    return access === 'nothing' || ruleOf(access).machines ? null : 403;
  }
  const roles = rolesOf[caller];
  if (roles === undefined) return 401;
  if (access === 'nothing') return null;
  return ruleOf(access).roles.some((role) => roles.includes(role)) ? null : 403;
}

function expectAnswer(answer: Answer, refused: number | null, what: string): void {
  expect(answer.status, `${what}: ${answer.text}`).toBeLessThan(500);
  if (refused === null) expect([401, 403], `${what}: ${answer.text}`).not.toContain(answer.status);
  else expect(answer.status, `${what}: ${answer.text}`).toBe(refused);
}

interface Registered {
  readonly name: string;
  readonly trigger: string;
  readonly invokeUrlTemplate?: string;
  readonly bindings: readonly {
    readonly type: string;
    readonly authLevel?: string;
    readonly methods?: string[];
  }[];
}

async function routes(): Promise<{ name: string; method: string; path: string; authLevel: string }[]> {
  const response = await fetch(`${local.hostUrl}/admin/functions`, {
    headers: { 'x-functions-key': keys.masterKey },
  });
  const functions = (await response.json()) as Registered[];
  return functions.flatMap(({ name, trigger, invokeUrlTemplate, bindings }) => {
    if (trigger.toLowerCase() !== 'httptrigger') return [];
    const { authLevel = '', methods = [] } = bindings.find(
      ({ type }) => type.toLowerCase() === 'httptrigger',
    )!;
    const path = invokeUrlTemplate!
      .replace(/^.*\/api\//, '')
      .replace('{model}', 'tiny')
      .replace(/\{\*?id\}/, 'none');
    return methods.map((method) => ({ name, method, path, authLevel: authLevel.toLowerCase() }));
  });
}

/** What each function is for, by its name: one that is added is added here. */
const accessOf: Readonly<Record<string, Access | 'nothing' | 'body'>> = {
  ...Object.fromEntries(
    [
      'audit-checkpoint',
      'audit-entries',
      'audit-rows',
      'changes',
      'data',
      'decision',
      'decisions',
      'fleet',
      'inbox',
      'lineage',
      'model-file',
      'models',
      'package',
      'operations',
      'overview',
      'policy',
      'rebuild',
      'release',
      'releases',
      'run',
      'run-log',
      'run-model-file',
      'run-report',
      'runs',
      'serving',
      'timeline',
      'trace',
      'usable',
    ].map((what) => [`get-${what}`, 'read'] as const),
  ),
  'get-whoami': 'nothing',
  'get-doctor': 'diagnose',
  'post-azure-check': 'read',
  'post-flagger-hook': 'read',
  'post-alert': 'report',
  'post-data': 'report',
  'post-metrics': 'report',
  'post-signal': 'request',
  'post-operation': 'body',
  'post-fleet-operation': 'body',
  'get-approval-page': 'read',
  'post-approval-page': 'body',
};

/** A machine approves nothing: there is no door for it. */
const forPeopleAlone: ReadonlySet<string> = new Set(['get-approval-page', 'post-approval-page']);

/** Whoever comes in there has signed. */
const signed: ReadonlySet<string> = new Set(['post-data-hook', 'github-hook']);

/** Files without any data: the page in the browser, which asks for its data behind the door of people. */
const open: ReadonlySet<string> = new Set(['get-dashboard']);

test('every route has a door with a check: a key, a sign-in, or a signature of its own', async () => {
  const found = await routes();
  expect(found.length).toBeGreaterThan(30);
  for (const { name, path, authLevel } of found) {
    if (signed.has(name) || open.has(name)) continue;
    const isForPeople = name.endsWith('-signed-in');
    expect(Object.keys(accessOf), name).toContain(name.replace(/-signed-in$/, ''));
    expect({ name, authLevel }).toEqual({ name, authLevel: isForPeople ? 'anonymous' : 'function' });
    expect(path.startsWith('signed-in/'), name).toBe(isForPeople);
  }
  const names = found.map(({ name }) => name).filter((name) => !signed.has(name) && !open.has(name));
  const both = Object.keys(accessOf).flatMap((name) =>
    forPeopleAlone.has(name) ? [`${name}-signed-in`] : [name, `${name}-signed-in`],
  );
  expect(names.sort()).toEqual(both.sort());
});

test.each(callers)('%s comes in where the table says so, at every route', async (caller) => {
  for (const { name, method, path } of await routes()) {
    if (signed.has(name) || open.has(name)) continue;
    const isForPeople = name.endsWith('-signed-in');
    const access = accessOf[name.replace(/-signed-in$/, '')]!;
    // A body that fits nothing: who comes in is told so, and nothing is done.
    const answer = await ask(method, path, headersOf(caller), { nonsense: 1 });
    const asked = access === 'body' ? 'read' : access;
    expectAnswer(answer, refusedAt(isForPeople ? 'people' : 'machines', caller, asked), `${caller}, ${name}`);
  }
});

const runId = 'tiny-20260301-1f2e3d4c';
const releaseId = 'served-20260301-1f2e3d4c-release';
const operations: readonly (readonly [access: Access, path: string, action: object])[] = [
  ...(['freeze', 'approve', 'withdraw', 'thaw', 'rebuild'] as const).map(
    (action) => [action, 'models/tiny/operations', { action }] as const,
  ),
  ...(['cancel-run', 'accept-run', 'refuse-run', 'break-glass'] as const).map(
    (action) => [action, 'models/tiny/operations', { action, runId }] as const,
  ),
  ...(['reject-release', 'resume-release', 'accept-release', 'abort-release'] as const).map(
    (action) => [action, 'models/served/operations', { action, releaseId }] as const,
  ),
  [
    'approve-release',
    'models/served/operations',
    { action: 'approve-release', releaseId, binding: 'a'.repeat(64) },
  ],
  ['roll-back', 'models/served/operations', { action: 'roll-back' }],
  ['drill', 'models/served/operations', { action: 'drill' }],
  ['quarantine', 'models/served/operations', { action: 'quarantine', version: '1' }],
  ['lift-quarantine', 'models/served/operations', { action: 'lift-quarantine', version: '1' }],
  ['set-mode', 'models/tiny/operations', { action: 'set-mode', mode: 'off' }],
  ['set-mode-auto', 'models/tiny/operations', { action: 'set-mode', mode: 'auto' }],
  ['set-mode', 'models/tiny/operations', { action: 'set-mode', mode: 'file' }],
  ['stop', 'fleet/operations', { action: 'stop' }],
  ['resume', 'fleet/operations', { action: 'resume' }],
  ['purge', 'fleet/operations', { action: 'purge', olderThan: 'P90D' }],
];

test('every operation of the table is tried', () => {
  const tried = operations.map(([access]) => access);
  const others = ['read', 'report', 'request', 'diagnose'];
  expect(
    Object.keys(accessTable)
      .filter((access) => !others.includes(access))
      .sort(),
  ).toEqual([...new Set<string>(tried)].sort());
});

test.each(callers)(
  '%s operates where the table says so, and is recorded as who it is',
  async (caller) => {
    for (const [access, path, action] of operations) {
      for (const door of ['machines', 'people'] as const) {
        const refused = refusedAt(door, caller, access);
        const at = door === 'people' ? `signed-in/${path}` : path;
        const answer = await ask('POST', at, headersOf(caller), { ...action, reason: 'the test says so' });
        expectAnswer(answer, refused, `${caller}, ${door}, ${access}`);
        if (refused !== null) continue;
        const { operation } = JSON.parse(answer.text) as { operation: { actor: unknown; by: string } };
        const name = caller === 'key and ada' ? 'ada' : caller;
        const machine = { kind: 'machine', name: 'function key', id: 'function-key' };
        const person = { kind: 'person', name, id: expect.stringMatching(/^[0-9a-f-]{36}$/) };
        expect(operation.actor).toEqual(door === 'people' ? person : machine);
        expect(operation.by).toBe(door === 'people' ? name : 'machine:function key');
      }
    }
  },
  120_000,
);

describe('a body that says who asks', () => {
  test.each([
    ['models/tiny/operations', { action: 'thaw', reason: 'x', by: 'eve' }, 'by'],
    ['fleet/operations', { action: 'resume', reason: 'x', by: 'eve' }, 'by'],
    ['models/tiny/signals', { reason: 'x', requestedBy: 'eve' }, 'requestedBy'],
  ])('is refused by %s', async (path, body, field) => {
    const olga = await ask('POST', `signed-in/${path}`, headersOf('olga'), body);
    expect(olga).toMatchObject({ status: 400, code: 'bad-request' });
    expect(olga.text).toContain(`${field}: who acts is proven, not claimed: leave it out`);
    expect(await ask('POST', path, headersOf('key'), body)).toMatchObject({ status: 400 });
  });
});

describe('a page of another site', () => {
  const operation = { action: 'stop', reason: 'x' };
  test.each([
    [403, { origin: 'http://evil.example' }],
    [403, { origin: 'null' }],
    [403, { 'sec-fetch-site': 'cross-site' }],
    [415, { 'content-type': 'text/plain' }],
    [415, { 'content-type': 'application/x-www-form-urlencoded' }],
    [415, { 'content-type': 'multipart/form-data; boundary=x' }],
  ])('gets %i with %o, though it has the session of an operator', async (status, headers) => {
    const answer = await ask(
      'POST',
      'signed-in/fleet/operations',
      { ...headersOf('olga'), ...headers },
      operation,
    );
    expect(answer.status, answer.text).toBe(status);
  });

  test('has thrown no switch', async () => {
    const { text } = await ask('GET', 'signed-in/fleet', headersOf('vic'));
    expect(JSON.parse(text)).toMatchObject({ stopped: null });
  });
});

describe('a token', () => {
  test.each(['x', 'Bearer', 'nobody-has-this-one-nobody-has-this-one-nob', '..', 'a'.repeat(4000)])(
    'that is nobody’s, %s, is refused by the platform at every door, and is in no answer',
    async (token) => {
      for (const path of ['models', 'signed-in/models', 'signed-in/whoami']) {
        const headers = { ...headersOf('key'), authorization: `Bearer ${token}` };
        const answer = await ask('GET', path, headers);
        expect(answer.status, path).toBe(401);
        if (token.length > 10) expect(answer.text).not.toContain(token);
      }
    },
  );

  test('cut short, or with more behind it, is nobody’s', async () => {
    const token = local.tokenOf('ada');
    for (const wrong of [token.slice(0, -1), `${token}x`, token.toUpperCase()]) {
      expect((await ask('GET', 'signed-in/whoami', { authorization: `Bearer ${wrong}` })).status).toBe(401);
    }
  });

  test('says who somebody is, which headers from outside cannot change', async () => {
    const answer = await ask('GET', 'signed-in/whoami', { ...headersOf('vic'), ...forged });
    expect(JSON.parse(answer.text)).toMatchObject({
      kind: 'person',
      name: 'vic',
      roles: ['viewer'],
      may: ['read'],
    });
    const upper = Object.fromEntries(
      Object.entries(forged).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect((await ask('GET', 'signed-in/whoami', upper)).code).toBe('not-signed-in');
  });

  test('opens what no cache keeps', async () => {
    for (const [path, headers] of [
      ['models', headersOf('vic')],
      ['runs/none', headersOf('vic')],
      ['models', {}],
    ] as const) {
      const response = await fetch(`${local.apiRoot}/signed-in/${path}`, { headers });
      expect(response.headers.get('cache-control'), path).toBe('no-store');
    }
  });

  test('lies in a file for its owner alone, and in no log', () => {
    expect(statSync(join(home, 'people.json')).mode & 0o777).toBe(0o600);
    const logs = readdirSync(join(home, 'logs')).map((name) =>
      readFileSync(join(home, 'logs', name), 'utf8'),
    );
    const settings = readFileSync(join(home, 'local.settings.json'), 'utf8');
    for (const { name } of people) {
      for (const text of [...logs, settings]) expect(text).not.toContain(local.tokenOf(name));
    }
  });
});

describe('where App Service authentication is off', () => {
  const otherHome = mkdtempSync(join(tmpdir(), 'ratchet-access-off-'));
  let host: Child;
  let url: string;

  beforeAll(async () => {
    host = startChild({
      name: 'a host without sign-in',
      script: join(projectFolder, 'local', 'functions-host', 'main.ts'),
      args: [
        ...['--app', projectFolder, '--home', otherHome, '--port', '0', '--keys', 'off'],
        ...['--settings', join(home, 'local.settings.json')],
      ],
      // As somebody might set it who means well: it is the platform's to say.
      env: { WEBSITE_AUTH_ENABLED: 'True' },
      logFile: join(otherHome, 'host.log'),
    });
    const ready = /ready at (http:\S+)/;
    url = await host.until(
      'it was ready',
      async () => ready.exec(readFileSync(join(otherHome, 'host.log'), 'utf8'))?.[1],
    );
  }, 120_000);
  afterAll(async () => {
    await host?.stop();
    rmSync(otherHome, { recursive: true, force: true });
  });

  test('nobody is a person: a forged principal reaches the application, which does not look at it', async () => {
    for (const [method, path] of [
      ['GET', 'models'],
      ['GET', 'whoami'],
      ['POST', 'fleet/operations'],
      ['POST', 'models/tiny/signals'],
    ] as const) {
      const response = await fetch(`${url}/api/signed-in/${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...forged },
        ...(method === 'POST' && { body: JSON.stringify({ action: 'stop', reason: 'x' }) }),
      });
      expect(response.status, path).toBe(403);
      expect(await response.json()).toMatchObject({
        code: 'sign-in-off',
        detail: expect.stringContaining('App Service authentication is off'),
      });
    }
    const response = await fetch(`${url}/api/whoami`, { headers: forged });
    expect(await response.json()).toMatchObject({ kind: 'machine', name: 'function key' });
  });

  test('the start says so, once', () => {
    const log = readFileSync(join(otherHome, 'host.log'), 'utf8');
    expect(log.match(/App Service authentication is off for this app/g)).toHaveLength(1);
    const own = readFileSync(local.logFiles.host, 'utf8');
    expect(own).not.toContain('App Service authentication is off');
  });
});
