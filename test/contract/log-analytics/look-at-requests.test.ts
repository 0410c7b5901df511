import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { countRequests, type TrafficQuestion, trafficQuery } from '../../../shared/azure/traffic-log.ts';
import { CheckSchema } from '../../../shared/config/check-schema.ts';
import { TargetSchema } from '../../../shared/config/target-schema.ts';
import type { DueLook } from '../../../shared/release/transitions/deeds.ts';
import { loadSteps, type RunStep } from '../application/run-steps.ts';
import { type LogsWorld, openLogsWorld } from './harness.ts';
import { endpoint, type TrafficRow, trafficRows } from './traffic.ts';

let world: LogsWorld;
let runStep: RunStep;

const workspace = localCloud.workspaceId.split('/').at(-1)!;
const window = { from: '2026-03-09T12:00:00.000Z', until: '2026-03-09T14:00:00.000Z' };
const target = TargetSchema.parse({ kind: 'online-endpoint', endpoint, instanceType: 'Standard_DS3_v2' });
const errors = CheckSchema.parse({ check: 'errors', metric: 'error_rate', atMost: 0.05 });
const beside = CheckSchema.parse({ check: 'beside', metric: 'error_rate', worseBy: 0.05 });
const fast = CheckSchema.parse({ check: 'fast', metric: 'slow_rate', slowerThanMs: 500, atMost: 0.1 });

/** So many rows alike, a second apart from 12:00 on. */
function requests(count: number, deployment: string, over: Partial<TrafficRow> = {}): TrafficRow[] {
  const spacing = 7_200_000 / count;
  return Array.from({ length: count }, (_, at) => ({
    TimeGenerated: new Date(Date.parse(window.from) + Math.floor(at * spacing)).toISOString(),
    DeploymentName: deployment,
    ...over,
  }));
}

const write = (rows: readonly TrafficRow[], name = workspace) =>
  world.service().ingest('AmlOnlineEndpointTrafficLog', trafficRows(name, rows));

async function count(deployment: string, more: Partial<TrafficQuestion> = {}) {
  const question = { workspace, endpoint, deployments: [deployment], slowerThanMs: [500, 100], ...window };
  const [counts] = await countRequests(await world.logs(), { ...question, ...more });
  return counts!;
}

const look = (deployment: string, more: Partial<DueLook> = {}): DueLook => ({
  ...window,
  ...{ deployment, champions: ['champion-1'], mirrored: false, checks: [errors, beside, fast] },
  ...{ forwardShare: 0.5, backShare: 0.5, minimumRequests: 100, ...more },
});
const lookAt = (deployment: string, more?: Partial<DueLook>) =>
  runStep('look-at-requests', { target, look: look(deployment, more) });

beforeAll(async () => {
  world = await openLogsWorld();
  runStep = await loadSteps(world.settings);
  write([
    ...requests(900, 'champion-1'),
    ...requests(400, 'good-2'),
    ...requests(40, 'broken-3', { ResponseCode: 424, ModelStatusCode: 500 }),
    ...requests(2, 'broken-3'),
  ]);
});

beforeEach(() => world.service().failNext([]));

describe('the requests of a deployment', () => {
  it.each<[string, Partial<TrafficRow>, { least: number; most: number }]>([
    ['a good answer', {}, { least: 0, most: 0 }],
    ['an error of the endpoint', { ResponseCode: 500, ModelStatusCode: null }, { least: 1, most: 1 }],
    ['a gateway that gave up', { ResponseCode: 503, ModelStatusCode: null }, { least: 1, most: 1 }],
    ['a model that failed', { ResponseCode: 424, ModelStatusCode: 500 }, { least: 1, most: 1 }],
    ['a model that refused', { ResponseCode: 424, ModelStatusCode: 400 }, { least: 1, most: 1 }],
    ['a model that failed behind a 200', { ModelStatusCode: 503 }, { least: 1, most: 1 }],
    ['a model that took too long', { ResponseCode: 408, ModelStatusCode: null }, { least: 1, most: 1 }],
    ['too many requests at once', { ResponseCode: 429, ModelStatusCode: null }, { least: 0, most: 1 }],
    ['a caller that hung up', { ResponseCode: 499, ModelStatusCode: null }, { least: 0, most: 1 }],
    ['no status', { ResponseCode: null, ModelStatusCode: null }, { least: 0, most: 1 }],
    ['a status of 0', { ResponseCode: 0, ModelStatusCode: 0 }, { least: 0, most: 1 }],
  ])('count %s as what it is', async (name, row, tally) => {
    const deployment = `is-${name.replaceAll(' ', '-')}`;
    write(requests(1, deployment, row));
    expect(await count(deployment)).toMatchObject({ requests: 1, errors: tally });
  });

  it.each([400, 401, 403, 404, 413, 415])('count none that the caller got a %i for', async (status) => {
    write(requests(3, `refuses-${status}`, { ResponseCode: status, ModelStatusCode: null }));
    expect(await count(`refuses-${status}`)).toMatchObject({ requests: 0, errors: { least: 0, most: 0 } });
  });

  it('are slow from the limit on, and where there is no good answer', async () => {
    write([
      ...requests(1, 'slow', { TotalDurationMs: 99 }),
      ...requests(1, 'slow', { TotalDurationMs: 100 }),
      ...requests(1, 'slow', { TotalDurationMs: 500 }),
      ...requests(1, 'slow', { TotalDurationMs: 3, ResponseCode: 424 }),
      ...requests(1, 'slow', { TotalDurationMs: 3, ResponseCode: 429 }),
      ...requests(1, 'slow', { TotalDurationMs: null }),
    ]);
    expect((await count('slow')).slow).toEqual({
      100: { least: 3, most: 5 },
      500: { least: 2, most: 4 },
    });
  });

  it('are those of the window, of this endpoint and of this workspace alone', async () => {
    const row = { TimeGenerated: window.from, DeploymentName: 'alone' };
    write([
      row,
      { ...row, TimeGenerated: '2026-03-09T13:59:59.999Z' },
      { ...row, TimeGenerated: '2026-03-09T11:59:59.999Z' },
      { ...row, TimeGenerated: window.until },
      { ...row, EndpointName: 'spam-filter-2' },
    ]);
    write([row, row], 'another');
    expect(await count('alone')).toMatchObject({ requests: 2, recent: { requests: 1 } });
  });

  it('are found whatever the case of the names', async () => {
    write(requests(2, 'SHOUTS', { EndpointName: 'Spam-Filter' }));
    expect(await count('shouts')).toMatchObject({ deployment: 'shouts', requests: 2 });
  });

  it('are none of a deployment the log does not know', async () => {
    const none = { least: 0, most: 0 };
    const nothing = { requests: 0, errors: none, slow: { 100: none, 500: none } };
    expect(await count('nobody')).toEqual({ deployment: 'nobody', ...nothing, recent: nothing });
  });

  it.each(['"', '\\', '" or true or DeploymentName =~ "', '\\" | take 1 //', "'", 'a\nb', '\u2028'])(
    'are not widened by a name like %j',
    async (name) => {
      expect(await count(name)).toMatchObject({ requests: 0 });
      expect(await count('good-2', { endpoint: name })).toMatchObject({ requests: 0 });
      const whole = trafficQuery({
        ...{ workspace: name, endpoint: name, deployments: [name], slowerThanMs: [], ...window },
      });
      expect(whole.split('\n')).toHaveLength(13);
    },
  );

  it('can be asked for with as many checks as a stage may have', async () => {
    const slowerThanMs = Array.from({ length: 20 }, (_, at) => 100 + at);
    expect(Object.keys((await count('good-2', { slowerThanMs })).slow)).toHaveLength(20);
  });
});

describe('a look at the requests of a release', () => {
  it('passes a version that does as well as its champion', async () => {
    const { sentence, checks, ...said } = await lookAt('good-2');
    expect(said).toEqual({ at: window.until, verdict: 'passed', requests: 400 });
    const none = { least: 0, most: 0 };
    expect(checks![0]).toEqual({
      ...{ check: 'errors', metric: 'error_rate', slowerThanMs: null, limit: { atMost: 0.05 } },
      ...{
        verdict: 'passed',
        challenger: { requests: 400, bad: none },
        champion: { requests: 900, bad: none },
      },
    });
    expect(sentence).toContain('Check errors passed: 0 of 400 requests (0 %) of good-2 failed');
  });

  it('fails one that is clearly broken, below the minimum of requests', async () => {
    const { verdict, sentence, requests: sent } = await lookAt('broken-3');
    expect([verdict, sent]).toEqual(['failed', 42]);
    expect(sentence).toMatch(/^Check errors failed: 40 of 42 requests \(95\.2 %\) of broken-3 failed;/);
  });

  it('cannot say of one that has answered nothing, shadow or not', async () => {
    const { checks, ...said } = await lookAt('crashed-4');
    expect(checks![0]).toMatchObject({ verdict: 'inconclusive', challenger: { requests: 0 } });
    expect(said).toEqual({
      ...{ at: window.until, verdict: 'inconclusive', requests: 0 },
      sentence:
        'The log has no request of crashed-4, and 900 of champion-1: it is sent none, it answers none, or the endpoint does not log its traffic (docs/release-checks.md).',
    });
    const { verdict, sentence } = await lookAt('crashed-4', { mirrored: true });
    expect(verdict).toBe('inconclusive');
    expect(sentence).toContain('Azure does not say whether its traffic log lists copied requests');
  });

  it.each(['partial', 'timeout', 'throttled', 'gateway'] as const)(
    'waits where an answer is %s, and never judges a part',
    async (fault) => {
      world.service().failNext([fault]);
      await expect(lookAt('good-2')).rejects.toThrow(/^azure-unavailable: requests of endpoint spam-filter/);
      expect((await lookAt('good-2')).verdict).toBe('passed');
    },
  );

  it.each([
    [
      'another workspace',
      '11111111-2222-3333-4444-555555555555',
      /^The checks cannot be answered: requests of endpoint spam-filter, good-2 and champion-1: Azure answered 404 WorkspaceNotFoundError/,
    ],
    [
      'no workspace',
      '',
      /^The checks cannot be answered: RATCHET_LOGS_WORKSPACE must be set where .* release checks/,
    ],
  ])('cannot say where there is %s to ask, and says so', async (_name, RATCHET_LOGS_WORKSPACE, said) => {
    vi.resetModules();
    const step = await loadSteps({ ...world.settings, RATCHET_LOGS_WORKSPACE });
    expect(await step('look-at-requests', { target, look: look('good-2') })).toEqual({
      ...{ at: window.until, verdict: 'inconclusive', requests: 0 },
      sentence: expect.stringMatching(said),
    });
  });
});
