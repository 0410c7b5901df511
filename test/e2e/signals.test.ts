import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
        notes: ['alert rule tiny-latency-high is resolved for tiny; that starts nothing'],
      },
    });
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
