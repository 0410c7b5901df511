import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import { storeClock } from '../../local/process/clock-store.ts';
import { openTickingWorld } from '../world/ticking-world.ts';
import { openWorld, type World } from '../world/world.ts';

interface AlertAnswer {
  readonly signals: readonly { readonly model: string; readonly signalId: string }[];
  readonly notes: readonly string[];
}

/** An alert as Azure Monitor sends it, about another rule. */
function alertOf(form: string, rule: string): { data: { essentials: { firedDateTime: string } } } {
  const text = readFileSync(`test/fixtures/payloads/alert-common-${form}.json`, 'utf8');
  return JSON.parse(text.replaceAll('endpoint-latency-high', rule));
}

describe('alerts of Azure Monitor', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld();
  });

  afterAll(() => world?.close());

  const send = (body: unknown) =>
    world.ask('alerts', {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
    });

  it('ask once when they fire, however often they are sent', async () => {
    const fired = alertOf('metric.fired', 'Tiny-Latency-High');
    const answers = await Promise.all([send(fired), send(fired)]);
    const [first] = answers.map(({ body }) => body as AlertAnswer);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(first!.signals).toMatchObject([{ model: 'tiny' }]);
    const signalIds = first!.signals.map(({ signalId }) => signalId);
    await world.untilSettled(signalIds);
    expect((await send(fired)).body).toEqual(first);

    const decisions = await world.decisions();
    expect(decisions).toMatchObject([
      {
        outcome: 'admitted',
        signal: {
          id: signalIds[0],
          kind: 'metric',
          evidence: { rule: 'Tiny-Latency-High', trigger: 'slow', severity: 'Sev2' },
        },
      },
    ]);
    expect(await world.runs()).toMatchObject([{ outcome: 'released', signalKind: 'metric' }]);
  });

  it('start nothing when they are resolved, or concern no model, and say so', async () => {
    const before = await world.decisions();
    const resolved = await send(alertOf('metric.resolved', 'tiny-latency-high'));
    expect(resolved).toEqual({
      status: 202,
      body: {
        signals: [],
        notes: [
          'alert rule tiny-latency-high is resolved for tiny; that starts nothing, and withdraws what waits because of it',
        ],
      },
    });
    const budget = await send(alertOf('budget', 'any'));
    expect(budget).toMatchObject({
      status: 202,
      body: { signals: [], notes: [expect.stringContaining('has no monitorCondition, as those of budgets')] },
    });
    const row = ['fraud', '2026-11-20T13:45:00Z', 0.71, 'x'.repeat(1000)];
    const large = JSON.stringify(alertOf('log-v1.measurement', 'any')).replace(
      '"rows":[',
      `"rows":[${`${JSON.stringify(row)},`.repeat(200)}`,
    );
    expect(await send(JSON.parse(large))).toMatchObject({ status: 202, body: { signals: [] } });
    const stray = await send(alertOf('metric.fired', 'somebody-elses-rule'));
    expect(stray).toMatchObject({
      status: 202,
      body: {
        signals: [],
        notes: [expect.stringContaining('no model file lists alert rule somebody-elses-rule')],
      },
    });
    expect(await world.decisions()).toEqual(before);
  });

  it('are refused in another schema, with the switch to set', async () => {
    expect(await send({ schemaId: 'Microsoft.Insights/activityLogs', data: {} })).toMatchObject({
      status: 400,
      body: { code: 'bad-request', detail: expect.stringContaining('enable the common alert schema') },
    });
  });
});

describe('schedules', () => {
  const day = '2026-03-01T';
  let world: World;

  beforeAll(async () => {
    const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    const triggers =
      "triggers:\n  schedules: [{ name: early, cron: '5-20/5 0 * * *' }]\n  championAge: PT1H\n";
    world = await openTickingWorld(sample.replace('triggers:\n', triggers), `${day}00:02:00Z`);
  });

  afterAll(() => world?.close());

  const passTimeUntil = (time: string) => advanceTo(world.controls(), Date.parse(day + time));
  const asked = async () => (await world.decisions()).map(({ signal }) => signal.id).reverse();

  it('ask at their tick and not before', async () => {
    await passTimeUntil('00:04:30Z');
    expect(await asked()).toEqual([]);
    await passTimeUntil('00:08:00Z');
    expect(await asked()).toEqual([`schedule:tiny:early:${day}00:05:00.000Z`]);
    expect(await world.runs()).toMatchObject([{ signalKind: 'schedule', outcome: 'released' }]);
  });

  it('ask once after the host was down for three ticks', async () => {
    await world.killHost();
    storeClock(join(world.home, 'host'), Date.parse(`${day}00:22:00Z`));
    await world.startHost();
    await passTimeUntil('00:25:00Z');
    expect(await asked()).toEqual(
      ['00:05', '00:20'].map((time) => `schedule:tiny:early:${day}${time}:00.000Z`),
    );
    expect(await world.runs()).toHaveLength(2);
  });

  it('leave it to the age of the champion to ask once it is reached', async () => {
    const { body } = await world.ask('models');
    const [{ championSince }] = (body as { models: [{ championSince: string }] }).models;
    expect(championSince).toMatch(/^2026-03-01T00:2[2-4]/);
    await passTimeUntil('01:20:00Z');
    expect(await asked()).toHaveLength(2);
    await passTimeUntil('01:26:00Z');
    const dueAt = new Date(Date.parse(championSince) + 3_600_000).toISOString();
    expect((await asked()).slice(2)).toEqual([`champion-age:tiny:${dueAt}`]);
  });
});

describe('advice', () => {
  const day = '2026-03-01T';
  let world: World;

  beforeAll(async () => {
    const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8')
      .replace('below: 0.9\n', 'below: 0.9\n      breaches: 20\n      windows: 20\n')
      .replace('policy:\n', 'policy:\n  advice: signal\n  budget: { window: P30D, computeHours: 1000 }\n');
    world = await openTickingWorld(sample, `${day}05:40:00Z`);
  });

  afterAll(() => world?.close());

  const passTimeUntil = (time: string) => advanceTo(world.controls(), Date.parse(day + time));
  const report = (window: string, accuracy: number) => {
    const body = { window, observedAt: `${day}${window}Z`, sample: 1000, metrics: { accuracy } };
    const headers = { 'content-type': 'application/json' };
    return world.ask('models/tiny/metrics', { method: 'POST', headers, body: JSON.stringify(body) });
  };

  it('asks for a run once a day where it pays, and is told with every number', async () => {
    await world.untilSettled([await world.requestRun('first')]);
    await passTimeUntil('05:56:30Z');
    for (const window of ['05:55:00', '05:55:20', '05:55:40']) await report(window, 0.96);
    await world.untilSettled([
      ((await report('05:56:00', 0.7)).body as { breaches: readonly [{ readonly signalId: string }] })
        .breaches[0].signalId,
    ]);
    const { body } = await world.ask('models/tiny/policy');
    expect((body as { advice: object }).advice).toMatchObject({
      answer: 'retrain',
      terms: ['cost', 'queue', 'promotion', 'excess', 'age', 'gain', 'exchange'].map((term) => ({ term })),
    });
    await passTimeUntil('06:02:30Z');
    const advised = (await world.decisions()).filter(({ signal }) => signal.source === 'advice');
    expect(advised).toMatchObject([
      {
        outcome: 'admitted',
        signal: {
          id: `advice:tiny:${day}06:00:00.000Z`,
          summary: expect.stringMatching(/^Retrain: \S+ accuracy days of loss are expected to be left out/),
        },
      },
    ]);
  });
});
