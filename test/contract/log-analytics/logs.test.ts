import { request as httpRequest } from 'node:http';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import type { Fault } from '../../../local/log-analytics/faults.ts';
import { QueryTriggerSchema } from '../../../shared/config/trigger-schema.ts';
import type { LogsTable } from '../../../shared/domain/logs-table.ts';
import { RatchetError } from '../../../shared/errors.ts';
import { judgeRows } from '../../../shared/signals/judge-rows.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { type LogsWorld, nowIso, openLogsWorld } from './harness.ts';

let world: LogsWorld;

const days = ['2026-03-07', '2026-03-08', '2026-03-09'];
const rows = days.flatMap((day, index) =>
  [0, 1].map((hour) => ({
    TimeGenerated: `${day}T0${hour}:30:00Z`,
    Model: 'tiny',
    Score: index + hour / 2,
    Detail: { hour },
  })),
);

beforeAll(async () => {
  world = await openLogsWorld();
  world.service().ingest('Scores', rows);
});

beforeEach(() => world.service().failNext([]));

const asked = 'query low of model tiny';
const query = async (text: string, from = '2026-03-01T00:00:00Z', wiring = world.logs()) =>
  (await wiring).query({
    ...{ text, asked, subject: { model: 'tiny', rule: 'low' } },
    ...{ from: new Date(from), to: new Date(nowIso) },
  });

async function failureOf(work: Promise<LogsTable>): Promise<RatchetError> {
  const outcome: unknown = await work.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(RatchetError);
  return outcome as RatchetError;
}

describe('a query over Log Analytics', () => {
  it('answers columns with their types, and times as texts', async () => {
    const daily = 'Scores | summarize value = avg(Score), n = count() by day = bin(TimeGenerated, 1d)';
    expect(await query(daily)).toEqual({
      columns: [
        { name: 'day', type: 'datetime' },
        { name: 'value', type: 'real' },
        { name: 'n', type: 'long' },
      ],
      rows: days.map((day, index) => [`${day}T00:00:00.000Z`, index + 0.25, 2]),
    });
    expect((await query('Scores | take 1 | project Detail')).rows).toEqual([[{ hour: 0 }]]);
  });

  it('sees only rows of its time span', async () => {
    expect((await query('Scores | count', '2026-03-08T00:30:00Z')).rows).toEqual([[4]]);
    expect((await query('Scores | count', '2026-03-08T00:30:00.001Z')).rows).toEqual([[3]]);
  });

  it("goes by the cloud's clock", async () => {
    expect((await query('Scores | where TimeGenerated > ago(1d) | count')).rows).toEqual([[0]]);
    expect((await query('Scores | where TimeGenerated > ago(2d) | count')).rows).toEqual([[2]]);
    expect((await query('Scores | take 1 | project now()')).rows).toEqual([[nowIso]]);
  });

  it('answers an empty table with its columns, and an average of nothing as no number', async () => {
    expect(await query('Scores | where Score > 100 | project Score')).toEqual({
      columns: [{ name: 'Score', type: 'real' }],
      rows: [],
    });
    expect((await query('Scores | where Score > 100 | summarize avg(Score)')).rows).toEqual([['NaN']]);
  });

  it('keeps what was put in over a restart', async () => {
    await world.restart();
    expect((await query('Scores | count')).rows).toEqual([[6]]);
  });
});

describe('what a query answers', () => {
  const rule = (more: object = {}) =>
    QueryTriggerSchema.parse({ name: 'low', query: '-', cron: '0 6 * * *', below: 1, ...more });
  const judge = async (text: string, more?: object) =>
    judgeRows(rule(more), await query(text), { model: 'tiny', tick: nowIso });
  const daily = 'Scores | summarize value = avg(Score), n = count() by day = bin(TimeGenerated, 1d)';

  it('is judged window by window', async () => {
    expect(await judge(daily, { window: 'day', sample: 'n', minimumSample: 2 })).toMatchObject({
      judgements: [
        { signal: { observedAt: '2026-03-07T00:00:00.000Z', evidence: { value: 0.25, sample: 2 } } },
        { recovery: { observedAt: '2026-03-08T00:00:00.000Z' } },
        { recovery: { observedAt: '2026-03-09T00:00:00.000Z' } },
      ],
      ...{ rows: 3, skipped: 0, small: 0, cut: 0 },
    });
  });

  it('is no judgement where it is empty, or no number', async () => {
    const nothing = 'Scores | where Score > 100';
    expect(await judge(`${nothing} | project value = Score`)).toMatchObject({ judgements: [], rows: 0 });
    expect(await judge(`${nothing} | summarize value = avg(Score)`)).toMatchObject({
      judgements: [],
      skipped: 1,
    });
  });

  it('is a problem where a column is missing or has no numbers', async () => {
    expect(await judge('Scores | summarize Value = avg(Score)')).toEqual({
      problem:
        'value column "value" is not in the result; did you mean "Value"?; its columns are Value (real); correct value or the query',
    });
    expect(await judge('Scores | project value = Model')).toEqual({
      problem:
        'value column "value" is string, not a number; its columns are value (string); correct value or the query',
    });
  });
});

describe('a query that gets no whole answer', () => {
  it.each<[Fault, string]>([
    [
      'partial',
      'Log Analytics returned a partial result, which is never judged: PartialError There were some errors when processing your query.: QueryExecutionError A part of the workspace did not answer in time',
    ],
    ['timeout', 'Azure answered 504 GatewayTimeout Gateway timeout'],
    ['throttled', 'Azure answered 429 ThrottledError The request is throttled: too many queries at once'],
    ['gateway', 'Azure answered 502 <html>502 Bad Gateway</html>'],
  ])('because of %s may be asked again', async (fault, said) => {
    world.service().failNext([fault]);
    const failure = await failureOf(query('Scores | count'));
    expect(failure).toMatchObject({ code: 'azure-unavailable', retryable: true });
    expect(failure.message).toBe(`${asked}: ${said}`);
    expect((await query('Scores | count')).rows).toEqual([[6]]);
  });

  it('because nobody is there may be asked again', async () => {
    const nowhere = createWiring({ ...world.settings, RATCHET_LOGS_ENDPOINT: 'https://localhost:1/v1' });
    const failure = await failureOf(query('Scores', undefined, nowhere.logs()));
    expect(failure).toMatchObject({ code: 'azure-unavailable', subject: { model: 'tiny', rule: 'low' } });
    expect(failure.message).toMatch(/ECONNREFUSED.*; check the address in the settings/);
  });
});

describe('a query that is wrong is refused for good', () => {
  it.each([
    [
      'Scores | wher Score > 1',
      "BadArgumentError The request had some invalid properties: SyntaxError A recognition error occurred in the query.: SYN0002 Query could not be parsed at 'wher' on line [1,9]",
    ],
    [
      'Scores | where Scor > 1',
      "'where' operator: Failed to resolve column or scalar expression named 'Scor'",
    ],
    ['Nothing | count', "SEM0100 Failed to resolve table or column expression named 'Nothing'"],
    ['Scores | join Other on Model', "parsed at 'join' on line [1,9]; the local Log Analytics knows where"],
  ])('%s', async (text, said) => {
    const failure = await failureOf(query(text));
    expect(failure).toMatchObject({ code: 'azure-refused', retryable: false });
    expect(failure.message).toContain(`${asked}: Azure answered 400`);
    expect(failure.message).toContain(said);
  });

  it('where the workspace is another one', async () => {
    const other = createWiring({
      ...world.settings,
      RATCHET_LOGS_WORKSPACE: '11111111-2222-3333-4444-555555555555',
    });
    expect((await failureOf(query('Scores', undefined, other.logs()))).message).toBe(
      `${asked}: Azure answered 404 WorkspaceNotFoundError The workspace 11111111-2222-3333-4444-555555555555 could not be found`,
    );
  });

  it('where no workspace is set', async () => {
    const { logs } = createWiring({ ...world.settings, RATCHET_LOGS_WORKSPACE: '' });
    await expect(logs()).rejects.toMatchObject({
      code: 'bad-setting',
      message:
        'RATCHET_LOGS_WORKSPACE must be set where a model file has triggers.queries or release checks; found nothing; see docs/settings.md',
    });
  });
});

describe('the local Log Analytics', () => {
  const path = `/v1/workspaces/${localCloud.logsWorkspaceId}/query`;
  const count = JSON.stringify({ query: 'Scores | count' });

  it('wants a token for itself', async () => {
    const { identity } = world;
    const forJobs = identity.issue({ resource: 'https://ml.azure.com', subject: 'app' }).token;
    expect((await world.post(path, count, null)).status).toBe(401);
    expect((await world.post(path, count, 'f0rged')).status).toBe(403);
    expect(await world.post(path, count, forJobs)).toMatchObject({
      status: 403,
      text: expect.stringContaining('InvalidAuthenticationTokenAudience'),
    });
    expect((await world.post(path, count)).status).toBe(200);
  });

  it('understands every form of a time span', async () => {
    const countIn = async (timespan: unknown) => {
      const { status, text } = await world.post(path, JSON.stringify({ query: 'Scores | count', timespan }));
      return status === 200 ? JSON.parse(text).tables[0].rows[0][0] : status;
    };
    expect(await countIn('P2D')).toBe(2);
    expect(await countIn('2026-03-08T00:00:00Z/P1D')).toBe(2);
    expect(await countIn('P1D/2026-03-09T00:00:00Z')).toBe(2);
    expect(await countIn('2026-03-08T00:00:00Z/2026-03-10T00:00:00Z')).toBe(4);
    expect(await countIn(null)).toBe(6);
    for (const wrong of ['yesterday', 'P1D/P1D', '', 7, {}]) expect(await countIn(wrong)).toBe(400);
  });

  it.each([
    ['no JSON', path, '{'],
    ['no query', path, '{}'],
    ['a query that is no text', path, '{"query": 1}'],
    ['nothing', path, ''],
    [
      'a timespan deeper than any stack',
      path,
      `{"query":"Scores","timespan":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    ],
    ['null', path, 'null'],
  ])('answers %s with 400', async (_name, where, body) => {
    const { status, text } = await world.post(where, body);
    expect([status, Object.keys(JSON.parse(text).error)]).toEqual([400, ['message', 'code']]);
  });

  it('knows no other path', async () => {
    expect((await world.post('/v1/$batch', '{}')).status).toBe(404);
    expect((await world.post('//', '{}')).status).toBe(404);
  });

  it('nor does the identity beside it, which stays up', async () => {
    const endpoint = new URL(world.identity.environment.IDENTITY_ENDPOINT);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asked = httpRequest({ port: endpoint.port, path: '//' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject).end();
    });
    expect(status).toBe(404);
    expect((await query('Scores | count')).rows).toEqual([[6]]);
  });

  it.each<[string, string, unknown, string]>([
    ['a name with a space', 'My Table', [], 'table "My Table": a name is letters, digits and underscores'],
    ['no list', 'Scores', {}, 'expected a JSON array of objects'],
    ['no objects', 'Scores', [1], 'expected a JSON array of objects'],
    [
      'a text for a number',
      'Scores',
      [{ Score: 'x' }],
      'column Score of table Scores is real, got string: "x"',
    ],
    [
      'a time that is none',
      'Scores',
      [{ TimeGenerated: 'soon' }],
      'TimeGenerated: expected an ISO 8601 time, got "soon"',
    ],
    ['a strange column', 'Scores', [{ 'a b': 1 }], 'column "a b": a name is letters, digits and underscores'],
  ])('takes no rows with %s', async (_name, table, given, said) => {
    expect(() => world.service().ingest(table, given)).toThrow(said);
    expect((await query('Scores | count')).rows).toEqual([[6]]);
  });
});
