import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import { recoveryInstanceId } from '../../shared/dispatch/offer-recovery.ts';
import type { OverviewPage } from '../../shared/domain/overview.ts';
import type { Recovery } from '../../shared/domain/signal.ts';
import type { Timeline } from '../../shared/domain/timeline.ts';
import { openTickingWorld } from '../world/ticking-world.ts';
import type { World } from '../world/world.ts';

const triggers = `triggers:
  queries:
    - name: live-accuracy
      query: |
        Scores
        | where Model == 'tiny' and TimeGenerated < startofday(now())
        | summarize value = 1.0 * countif(Correct) / count(), n = count() by day = bin(TimeGenerated, 1d)
      cron: '0 * * * *'
      lookBack: P4D
      window: day
      sample: n
      minimumSample: 4
      below: 0.9
    - name: misspelt
      query: Scores | sumarize avg(Correct)
      cron: '0 6 10 3 *'
      below: 1
  runs:
    - name: live-rmse
      experiment: tiny-scoring
      metric: rmse
      above: 0.2
    - name: surely-wrong
      experiment: tiny-scoring
      metric: right
      sample: rows
      minimumSample: 20
      valueIs: proportion
      below: 0.9
      confidence: 0.95
`;

const day = '2026-03-10T';
const windowOf = (date: string) => `2026-03-${date}T00:00:00.000Z`;

/** Scored rows of a day, of which so many are right. */
const scored = (date: string, right: number, of: number) =>
  Array.from({ length: of }, (_, index) => ({
    TimeGenerated: `2026-03-${date}T12:00:0${index}Z`,
    Model: 'tiny',
    Correct: index < right,
  }));

describe('rules over what a model does in production', () => {
  let world: World;

  beforeAll(async () => {
    const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    world = await openTickingWorld(sample.replace('triggers:\n', triggers), `${day}05:58:30Z`);
  });

  afterAll(() => world?.close());

  const passTimeUntil = (time: string) => advanceTo(world.controls(), Date.parse(day + time));
  const asked = async () => (await world.decisions()).map(({ signal }) => signal.id).sort();
  const control = async (method: string, path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const init = { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${world.cloud().control}/${path}`, init);
    expect(response.status, await response.text()).toBe(200);
  };
  const hostLog = () => readFileSync(world.logFiles.host, 'utf8');

  const warnings = () =>
    hostLog()
      .split('\n')
      .filter((line) => line.includes('judges nothing this time'));

  /** What was offered to the model's entity as a recovery, or null. */
  async function recoveryOffered(id: string): Promise<Recovery | null> {
    const path = `runtime/webhooks/durabletask/instances/${recoveryInstanceId(id)}?showInput=true`;
    const response = await fetch(`${world.hostUrl}/${path}`);
    if (response.status === 404) return null;
    return ((await response.json()) as { input: { recovery: Recovery } }).input.recovery;
  }

  /** A run of the experiment that is watched, which logs these metrics. */
  function score(name: string, metrics: string) {
    const at = `${localCloud.workspaceId}`;
    return workspaceClient(world.cloud()).jobs.createOrUpdate(
      localCloud.resourceGroup,
      localCloud.workspace,
      name,
      {
        properties: {
          jobType: 'Command',
          experimentName: 'tiny-scoring',
          command: `node score.js ${metrics}`,
          codeId: `${at}/codes/tiny/versions/1`,
          environmentId: `${at}/environments/node/versions/24`,
          computeId: `${at}/computes/cpu`,
        },
      },
    );
  }

  it('start a run for a bad window of a query, and offer the good ones as recoveries', async () => {
    await control('POST', 'logs/Scores', [
      ...scored('06', 0, 3), // too few to judge
      ...scored('07', 4, 4),
      ...scored('08', 2, 4),
      ...scored('10', 0, 5), // the day has not ended
    ]);
    await passTimeUntil('06:02:00Z');
    const signalId = `metric:tiny:live-accuracy:${windowOf('08')}`;
    expect(await asked()).toEqual([signalId]);
    const [decision] = await world.decisions();
    expect(decision).toMatchObject({
      outcome: 'admitted',
      signal: {
        cause: 'query:live-accuracy',
        observedAt: windowOf('08'),
        summary: `value 0.5000 is below 0.9 (n=4, window ${windowOf('08')}).`,
        evidence: { tick: `${day}06:00:00.000Z`, lookBack: 'P4D' },
      },
    });
    expect(await world.runs()).toMatchObject([{ signalKind: 'metric', outcome: 'released' }]);
    expect(await recoveryOffered(`recovery:tiny:query:live-accuracy:${windowOf('07')}`)).toMatchObject({
      cause: 'query:live-accuracy',
      observedAt: windowOf('07'),
      summary: `value 1.000 is not below 0.9 (n=4, window ${windowOf('07')}).`,
    });
    expect(await recoveryOffered(`recovery:tiny:query:live-accuracy:${windowOf('06')}`)).toBeNull();
  });

  it('say of a query that is wrong what the service said, once', () => {
    const said = hostLog()
      .split('\n')
      .filter((line) => line.includes('query misspelt of model tiny'));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/ error .*Azure answered 400 .*SYN0002 Query could not be parsed at 'sumarize'/);
  });

  it('tell on the time line what they found, where nothing came of it, too, and when each phase of the run began', async () => {
    const { status, body } = await world.ask(
      `models/tiny/timeline?from=2026-03-01T00:00:00Z&until=${day}06:10:00Z`,
      { as: 'vic' },
    );
    expect(status).toBe(200);
    const { metrics, checks, runs, decisions, champions, leftOut } = body as Timeline;
    expect(metrics).toMatchObject([
      {
        ...{ rule: 'live-accuracy', kind: 'query', limits: [{ side: 'below', value: 0.9 }], thinned: 0 },
        samples: [
          { at: windowOf('06'), value: 0, verdict: 'too-few', sample: 3 },
          { at: windowOf('07'), value: 1, verdict: 'fine', sample: 4 },
          { at: windowOf('08'), value: 0.5, verdict: 'breached', sample: 4 },
        ],
      },
    ]);
    expect(checks.find(({ rule }) => rule === 'misspelt')).toMatchObject({
      ...{ verdict: 'failed', at: `${day}06:00:00.000Z`, value: null },
      sentence: expect.stringContaining('SYN0002'),
    });
    expect(decisions).toMatchObject([{ outcome: 'admitted', runId: runs[0]!.runId }]);
    expect(champions).toMatchObject([{ from: runs[0]!.until, until: null }]);
    const phases = runs[0]!.phases.map(({ phase }) => phase);
    expect(phases).toEqual(['train', 'evaluate', 'gate', 'register', 'release', 'settled']);
    for (const { from } of runs[0]!.phases) expect(from.startsWith(day)).toBe(true);
    expect(leftOut).toEqual([]);
    const { health } = ((await world.ask('overview')).body as OverviewPage).models[0]!;
    expect(health).toMatchObject({
      verdict: 'breached',
      checks: [{ rule: 'live-accuracy' }, { rule: 'misspelt' }],
    });
  });

  it('judge nothing by a part of an answer, a timeout or throttling, and the whole answer when it comes', async () => {
    await control('POST', 'logs/Scores', scored('09', 1, 4));
    await control('PUT', 'logs/faults', { next: ['partial', 'timeout', 'throttled', 'partial'] });
    await passTimeUntil('07:02:00Z');
    expect(await asked()).toHaveLength(1);
    await passTimeUntil('07:30:00Z');
    expect(await asked()).toContain(`metric:tiny:live-accuracy:${windowOf('09')}`);
    expect(await asked()).toHaveLength(2);
    expect(warnings()).toEqual([]);
  });

  it('start a run for a bad metric of a production run, and take a good one for a recovery', async () => {
    await score('score-good', 'rmse 0.1');
    await score('score-bad', 'rmse 0.5');
    await passTimeUntil('08:30:00Z');
    expect((await asked()).slice(2)).toEqual(['metric:tiny:live-rmse:score-bad']);
    expect((await world.runs())[0]).toMatchObject({
      signals: ['metric:tiny:live-rmse:score-bad'],
      outcome: 'released',
    });
    expect(await recoveryOffered('recovery:tiny:run:live-rmse:score-good')).toMatchObject({
      cause: 'run:live-rmse',
      summary: 'rmse 0.1000 is not above 0.2 (window score-good).',
    });
  });

  it('say once for each tick that nothing could be judged, when six hours brought no whole answer', async () => {
    await control('PUT', 'logs/faults', { next: Array.from({ length: 1_000 }, () => 'partial') });
    await passTimeUntil('15:02:00Z');
    const warned = warnings();
    expect(warned).toHaveLength(1);
    expect(warned[0]).toMatch(
      /^2026-03-10T15:00:\S+ warn .*query rule live-accuracy of model tiny judges nothing this time: .*azure-unavailable: .* returned a partial result/,
    );
    await control('PUT', 'logs/faults', { next: [] });
    await passTimeUntil('15:14:00Z');
    expect(warnings()).toEqual(warned);
    expect(await asked()).toHaveLength(3);
  });

  it('take a metric of a run for a breach where its own sample makes it sure, and say what is missing', async () => {
    const signalOf = (name: string) => `metric:tiny:surely-wrong:${name}`;
    const decided = async (name: string) =>
      (await world.decisions()).find(({ signal }) => signal.id === signalOf(name));
    await score('score-unsure', 'right 0.85 rows 40');
    await score('score-few', 'right 0.5 rows 19');
    await passTimeUntil('15:30:00Z');
    expect(await decided('score-unsure')).toMatchObject({
      ...{ outcome: 'rejected', reason: 'inconclusive' },
      sentence: expect.stringContaining('and the rule takes 5 % at most (confidence 0.95)'),
    });
    await score('score-sure', 'right 0.5 rows 200');
    await passTimeUntil('15:55:00Z');
    expect(await decided('score-sure')).toMatchObject({
      outcome: 'admitted',
      signal: { cause: 'run:surely-wrong', evidence: { sample: 200, confidence: 0.95 } },
    });
    expect(await decided('score-few')).toBeUndefined();
  });
});
