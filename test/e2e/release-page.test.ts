/** What docs/releases.md has a new user do, as typed, until the sample model answers mail over its endpoint. */
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { BlobServiceClient } from '@azure/storage-blob';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { type CallToolResult, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import { localCloud } from '../../local/cloud-context.ts';
import { ensureSampleMail, publishSampleScoring } from '../../local/launch/sample-model.ts';
import type { ReleaseRow } from '../../shared/domain/release-state.ts';
import { launchSampleService, type SampleService } from '../world/sample-service.ts';

const run = promisify(execFile);
const page = readFileSync('docs/releases.md', 'utf8');
const section = page.slice(page.indexOf('## Try it on your machine'), page.indexOf('## Stages'));
const [, yaml] = /```yaml\n(.*?)```/s.exec(section)!;
const commands = [...section.matchAll(/^npx ratchet (.*)$/gm)].map(([, line]) =>
  [...line!.matchAll(/"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2]!),
);
/** What docs/notices.md adds to it. */
const told = readFileSync('docs/notices.md', 'utf8').split('## On your machine')[1]!;
const [, notices] = /```yaml\n(.*?)```/s.exec(told)!;
const [, inbox] = /^npx ratchet (.*)$/m.exec(told)!;
const begin = '2002-08-15T00:00:00.000Z';

let service: SampleService;
let folder: string;
let nowMs = Date.parse(begin);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-release-page-'));
  const sample = readFileSync('models/spam-filter.yaml', 'utf8');
  writeFileSync(
    join(folder, 'spam-filter.yaml'),
    `${sample.slice(0, sample.indexOf('release:'))}${yaml}${notices}`,
  );
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const env = { RATCHET_SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
  service = await launchSampleService({ modelsFolder: folder, clock: 'virtual', clockStart: begin, env });
  await publishSampleScoring(service.cloud());
  await ensureSampleMail(service.cloud());
});

afterAll(async () => {
  await service?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Types a command; time goes on meanwhile, as it does for a person. */
async function type(words: readonly string[]): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, RATCHET_HOME: service.home, NO_COLOR: '1' };
  const typed = run(process.execPath, [resolve('cli/ratchet.js'), ...words], { cwd: folder, env });
  let isOver = false;
  const over = typed.finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  while (!isOver) await pass(10);
  return (await typed).stdout;
}

/** What an assistant calls for a person who confirms whatever it asks; answers what came of it, and what was confirmed. */
async function assist(as: string, tool: string, given: Record<string, unknown>) {
  const confirmed: string[] = [];
  const client = new Client({ name: 'helpful', version: '1.0' }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
    confirmed.push(params.message);
    return { action: 'accept', content: { confirmed: true } };
  });
  const env = { PATH: process.env['PATH'] ?? '', RATCHET_HOME: service.home };
  const args = [resolve('cli/ratchet.js'), 'mcp', '--operate', '--as', as];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env, cwd: folder }));
  try {
    let isOver = false;
    const called = client.callTool({ name: tool, arguments: given }).finally(() => {
      isOver = true;
    });
    called.catch(() => {});
    while (!isOver) await pass(10);
    return { confirmed, answer: (await called) as CallToolResult };
  } finally {
    await client.close();
  }
}

async function pass(seconds: number): Promise<void> {
  nowMs += seconds * 1_000;
  await advanceTo(service.controls(), nowMs, 300_000);
}

async function release(): Promise<ReleaseRow> {
  const { releases } = JSON.parse(await type(['releases', '--json'])) as { releases: ReleaseRow[] };
  return releases[0]!;
}

it('brings the sample model to an endpoint that answers mail', async () => {
  expect(commands.map(([command]) => command)).toEqual([
    'local',
    'request',
    'releases',
    'release',
    'serving',
    'lineage',
  ]);
  const [endpoint, requested, listed, approve, serving, lineage] = commands as [
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
  ];
  const made = await type(endpoint);
  const [, scoring, , key] = /scoring: (\S+)\ncertificate: (\S+)\nkey: (\S+)/.exec(made)!;
  await type(requested);
  await pass(1_800);
  expect(await type(listed)).toContain('waiting-for-approval');
  const { releaseId } = await release();
  const shown = await type(inbox!.split(' '));
  expect(shown).toContain('Approval wanted: version 1 of spam-filter, stage approval');
  expect(shown).toMatch(
    /Look at it, approve or reject: http:\/\/127\.0\.0\.1:\d+\/api\/signed-in\/releases\//,
  );
  await type(approve.map((word) => (word === 'RELEASE' ? releaseId : word)));
  await pass(300);
  expect(await type(serving)).toContain('version-1');
  expect(await release()).toMatchObject({ state: 'settled', model: { version: '1' } });
  const told = await type(lineage);
  for (const part of [
    'was trained and registered by run',
    'a first version',
    'approve-release by ben',
    'settled',
  ])
    expect(told).toContain(part);
  expect(told).not.toMatch(/differs|unknown/);
  expect(await type(['audit', 'verify', '--ledger'])).toContain('Intact: nothing was changed');
  const answer = await ask(scoring!, key!, { mails: [{ text: 'free money' }] });
  expect(answer).toMatchObject({ predictions: [{ label: expect.any(Number) }], model: { version: '1' } });
});

it('has an assistant approve, gives nothing to a version that is not what was signed, and goes back where a person says so', async () => {
  await type(['request', 'spam-filter', '--reason', 'a second version', '--as', 'ada']);
  await pass(1_800);
  const { releaseId, package: signed } = await release();
  const blobs = BlobServiceClient.fromConnectionString(service.cloud().storage);
  const path = `packages/${signed}/gate-report.json`;
  await blobs.getContainerClient(localCloud.container).getBlockBlobClient(path).upload('{}', 2);
  const reason = 'it looks right';
  const { binding } = await release();
  const refused = await assist('vic', 'approve_release', { releaseId, binding, reason });
  expect(refused.answer).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('vic may not: it takes the role approver') }],
  });
  const { confirmed, answer } = await assist('ben', 'approve_release', { releaseId, binding, reason });
  expect(confirmed).toEqual([
    expect.stringMatching(/^helpful 1\.0 asks to approve release .*: version 2 of spam-filter to /),
  ]);
  expect(answer.isError).toBeUndefined();
  expect(await type(['operations', '--model', 'spam-filter', '--limit', '1'])).toContain(
    'by ben (through helpful 1.0)',
  );
  await pass(60);
  expect(await release()).toMatchObject({
    ...{ state: 'asking', asks: 'unverified' },
    sentence: expect.stringContaining('not what was signed: gate-report.json was changed'),
  });
  await type(['release', 'abort', releaseId, '--reason', 'somebody has changed it', '--as', 'ada']);
  await pass(120);
  expect(await release()).toMatchObject({ releaseId, state: 'rolled-back' });
  expect(await type(['serving', 'spam-filter'])).toContain('version-1');
});

function ask(address: string, key: string, body: object): Promise<unknown> {
  const ca = readFileSync(service.cloud().caFile);
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
  return new Promise((answer, reject) => {
    const sent = request(address, { method: 'POST', headers, ca }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => answer(JSON.parse(text)));
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}
