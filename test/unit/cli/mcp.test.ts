import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import {
  type CallToolResult,
  ElicitRequestSchema,
  type ElicitResult,
} from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { actTools } from '../../../cli/mcp/act-tools.ts';
import { readTools } from '../../../cli/mcp/read-tools.ts';
import { makeServer } from '../../../cli/mcp/server.ts';
import { accessTable } from '../../../shared/access/access-table.ts';
import { answering } from './answering.ts';

interface Options {
  readonly operate?: boolean;
  /** What the person answers; absent: the assistant cannot ask one. */
  readonly person?: ElicitResult;
}

/** What the person was shown. */
type Shown = string[];

async function connected(
  url: string,
  { operate = false, person }: Options,
  use: (client: Client, shown: Shown) => Promise<void>,
): Promise<void> {
  const shown: Shown = [];
  const capabilities = person ? { elicitation: { form: {} } } : {};
  const client = new Client({ name: 'an: "assistant"', version: '1.0' }, { capabilities });
  if (person) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      shown.push(params.message);
      return person;
    });
  }
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = makeServer({ url }, operate, '0.0.0');
  await server.connect(far);
  await client.connect(near);
  try {
    await use(client, shown);
  } finally {
    await client.close();
  }
}

const call = async (client: Client, name: string, given: Record<string, unknown> = {}) => {
  const { content, isError, structuredContent } = (await client.callTool({
    name,
    arguments: given,
  })) as CallToolResult;
  const [first] = content;
  return { isError: isError === true, text: first?.type === 'text' ? first.text : '', structuredContent };
};

const done = { operation: { done: true, sentence: 'Done.' } };
const digest = 'd'.repeat(64);
const binding = 'b'.repeat(64);
const releaseId = 'spam-filter-20020902-1f2e3d4c-release';
const runId = 'spam-filter-20020902-1f2e3d4c';
const release = {
  ...{ releaseId, endpoint: 'front', stage: 'approval', digest, binding },
  model: { name: 'spam-filter', version: '7' },
};

describe('ratchet mcp', () => {
  it('offers what reads, and what acts only where it was started to act', async () => {
    await answering({}, async (url) => {
      await connected(url, {}, async (client) => {
        const { tools } = await client.listTools();
        expect(tools.map(({ name }) => name)).toEqual(Object.keys(readTools));
        expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
        expect(client.getInstructions()).toContain('These tools change nothing');
      });
      await connected(url, { operate: true }, async (client) => {
        const { tools } = await client.listTools();
        expect(tools.map(({ name }) => name)).toEqual([...Object.keys(readTools), ...Object.keys(actTools)]);
        for (const tool of tools) expect(tool.inputSchema).toMatchObject({ additionalProperties: false });
      });
    });
  });

  it('has a tool for every operation there is, but those that two people or a restorer do', () => {
    const offered = new Set(Object.values(actTools).map(({ access }) => access));
    const left = Object.keys(accessTable).filter((access) => !offered.has(access as never));
    expect(left).toEqual(['read', 'report', 'set-mode', 'break-glass', 'diagnose', 'rebuild', 'purge']);
  });

  it.each([
    ['list_models', {}, 'GET /api/models?limit=20'],
    ['get_model', { model: 'spam-filter' }, 'GET /api/overview?model=spam-filter'],
    ['explain', { id: 'spam-filter' }, 'GET /api/models/spam-filter/policy'],
    ['list_decisions', { model: 'a b', limit: 3 }, 'GET /api/decisions?model=a+b&limit=3'],
    ['list_runs', {}, 'GET /api/runs?limit=20'],
    ['get_decision', { signalId: 'manual:m:a/b' }, 'GET /api/decisions/manual%3Am%3Aa/b'],
    ['get_release', { releaseId: '../x' }, 'GET /api/releases/..%2Fx'],
    [
      'may_version_be_used',
      { model: 'm', version: '7', stage: 'a&b' },
      'GET /api/models/m/versions/7/usable?stage=a%26b',
    ],
    ['list_operations', { model: '(fleet)' }, 'GET /api/operations?model=%28fleet%29&limit=20'],
  ])('asks the service: %s %j', async (name, given, what) => {
    const asked = await answering({ [what]: [200, { found: true }] }, (url) =>
      connected(url, {}, async (client) => {
        const { structuredContent, text } = await call(client, name, given);
        expect(structuredContent).toEqual({ found: true });
        expect(JSON.parse(text)).toEqual({ found: true });
      }),
    );
    expect(asked.map((each) => each.what)).toEqual([what]);
  });

  it('answers with the end of a log, and how much it left out', async () => {
    const path = `GET /api/runs/${runId}/log`;
    const part = { phase: 'train', job: 'j', file: 'f', status: 'Failed', ended: true };
    const answers = {
      [`${path}?from=0`]: [200, { ...part, text: 'x'.repeat(20_000), next: 20_000, more: true }],
      [`${path}?from=20000&phase=train`]: [200, { ...part, text: 'the error', next: 20_009, more: false }],
    } as const;
    await answering(answers, (url) =>
      connected(url, {}, async (client) => {
        const { structuredContent } = await call(client, 'read_run_log', { runId });
        const { text, leftOut } = structuredContent as { text: string; leftOut: number };
        expect(text).toMatch(/^x+the error$/);
        expect([text.length, leftOut]).toEqual([16_000, 4_009]);
      }),
    );
  });

  it('answers what it was called with wrongly, and goes on', async () => {
    const asked = await answering({ 'GET /api/fleet': [200, {}] }, (url) =>
      connected(url, { operate: true }, async (client) => {
        const unknown = await call(client, 'list_models', { modle: 'x' });
        expect(unknown).toMatchObject({ isError: true, text: expect.stringContaining('modle') });
        expect(await call(client, 'freeze_model', { model: 'm' })).toMatchObject({ isError: true });
        expect(await call(client, 'no_such_tool')).toMatchObject({ isError: true });
        const stray = await call(client, 'cancel_run', { runId: 'not an id', reason: 'r' });
        expect(stray).toMatchObject({
          isError: true,
          text: '"not an id" is not the id of a run; list_runs has the ids',
        });
        expect(await call(client, 'get_run', { runId: 'gone' })).toMatchObject({
          isError: true,
          text: expect.stringContaining('nothing stands at'),
        });
        expect(await call(client, 'get_fleet')).toMatchObject({ isError: false });
      }),
    );
    expect(asked.map(({ what }) => what)).toEqual(['GET /api/runs/gone', 'GET /api/fleet']);
  });

  it('says that no service answers', async () => {
    let silent = '';
    await answering({}, async (url) => {
      silent = url;
    });
    await connected(silent, {}, async (client) => {
      const { isError, text } = await call(client, 'list_models');
      expect([isError, text]).toEqual([true, expect.stringContaining('nothing answers at')]);
    });
  });

  it('stops without asking, as any machine may', async () => {
    const path = 'POST /api/models/spam-filter/operations';
    const asked = await answering({ [path]: [200, done], 'POST /api/fleet/operations': [200, done] }, (url) =>
      connected(url, { operate: true }, async (client) => {
        expect(await call(client, 'abort_release', { releaseId, reason: 'wrong' })).toMatchObject({
          isError: false,
        });
        expect(await call(client, 'stop_fleet', { reason: 'wrong' })).toMatchObject({ isError: false });
      }),
    );
    expect(asked).toMatchObject([
      { what: path, body: { action: 'abort-release', releaseId, reason: 'wrong' } },
      { what: 'POST /api/fleet/operations', body: { action: 'stop', reason: 'wrong' } },
    ]);
  });

  it('says so where the service did nothing', async () => {
    const nothing = { operation: { done: false, sentence: 'It is frozen already.' } };
    await answering({ 'POST /api/models/m/operations': [409, nothing] }, (url) =>
      connected(url, { operate: true }, async (client) => {
        const { isError, text } = await call(client, 'freeze_model', { model: 'm', reason: 'r' });
        expect([isError, text]).toEqual([true, expect.stringContaining('It is frozen already.')]);
      }),
    );
  });

  const isPersons = ({ access }: { access: keyof typeof accessTable }) => !accessTable[access].machines;
  const forPeople = Object.entries(actTools).flatMap(([name, tool]) => (isPersons(tool) ? [name] : []));
  const given = {
    ...{ model: 'spam-filter', runId, releaseId, binding, version: '7', mode: 'auto', reason: 'so it is' },
  };
  const fieldsOf = (name: string): Record<string, unknown> => {
    const { shape } = actTools[name]!.input as unknown as { shape: Record<string, unknown> };
    return Object.fromEntries(Object.entries(given).filter(([field]) => field in shape));
  };
  const service = {
    [`GET /api/releases/${releaseId}`]: [200, { release }],
    'POST /api/models/spam-filter/operations': [200, done],
    'POST /api/fleet/operations': [200, done],
  } as const;
  const posts = (asked: readonly { what: string }[]) => asked.filter(({ what }) => what.startsWith('POST'));

  it.each(forPeople)('does not %s unless the person has confirmed it', async (name) => {
    const refusals: Options[] = [
      { operate: true },
      { operate: true, person: { action: 'decline' } },
      { operate: true, person: { action: 'cancel' } },
      { operate: true, person: { action: 'accept', content: { confirmed: false } } },
      { operate: true, person: { action: 'accept', content: {} } },
    ];
    for (const options of refusals) {
      const asked = await answering(service, (url) =>
        connected(url, options, async (client) => {
          const { isError, text } = await call(client, name, fieldsOf(name));
          expect([isError, text]).toEqual([true, expect.stringContaining('Not done:')]);
        }),
      );
      expect(posts(asked)).toEqual([]);
    }
    const person: ElicitResult = { action: 'accept', content: { confirmed: true } };
    const asked = await answering(service, (url) =>
      connected(url, { operate: true, person }, async (client, shown) => {
        expect(await call(client, name, fieldsOf(name))).toMatchObject({ isError: false });
        expect(shown).toEqual([expect.stringMatching(/^an assistant 1\.0 asks to .* Reason: so it is$/)]);
      }),
    );
    expect(posts(asked)).toHaveLength(1);
  });

  it('shows what an approval is of as the service has it, and sends none that is out of date', async () => {
    const person: ElicitResult = { action: 'accept', content: { confirmed: true } };
    const asked = await answering(service, (url) =>
      connected(url, { operate: true, person }, async (client, shown) => {
        await call(client, 'approve_release', fieldsOf('approve_release'));
        expect(shown[0]).toContain(
          `approve release ${releaseId}: version 7 of spam-filter to front, stage approval, files ${digest}, binding ${binding}`,
        );
        const old = { ...fieldsOf('approve_release'), binding: 'a'.repeat(64) };
        const { isError, text } = await call(client, 'approve_release', old);
        expect([isError, text]).toEqual([true, expect.stringContaining('read it again with get_release')]);
        expect(shown).toHaveLength(1);
      }),
    );
    expect(posts(asked)).toMatchObject([{ body: { action: 'approve-release', binding } }]);
  });
});
