/**
 * A cancellation comes in every wait that a run, or a signal before it, may have. The clock stands still from then on:
 * what is heard only when a wait is over is not heard here.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import { makeRunId } from '../../shared/admission/make-run-id.ts';
import type { Decision, ReasonCode } from '../../shared/domain/decision.ts';
import type { Run } from '../../shared/domain/run.ts';
import { portOf, type Service } from '../world/services.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';
import { requestInto } from './away.ts';
import { hurried } from './hurried.ts';

const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8').replace(
  'longestRun: PT10M',
  'longestRun: P1D',
);
const models: Readonly<Record<string, string>> = {
  tiny,
  'hangs-training': tiny.replace('node train.js', 'node train.js --hang'),
  'hangs-evaluating': tiny.replace('node evaluate.js', 'node evaluate.js --hang'),
  asks: tiny
    .replaceAll('minimumRows: 4', 'minimumRows: 400')
    .replace('gates:\n', 'onInconclusive: ask\ngates:\n'),
  cools: tiny.replace('cooldown: PT0S', 'cooldown: P1D'),
  suggests: tiny.replace('policy:\n', 'policy:\n  mode: suggest\n'),
};

interface Wait {
  readonly what: string;
  /** Omitted: tiny. */
  readonly model?: string;
  /** The service that is away from the beginning of the step on; `#2` is the step's second time in a run. */
  readonly away?: readonly [Service, step: string];
  /** The job that is under way. */
  readonly job?: 'train' | 'evaluate';
  /** What the status of the run, or of its release, says while it waits. */
  readonly waits?: RegExp;
  /** What it says once it was heard, where the run cannot settle before the service is back. */
  readonly heard?: RegExp;
  readonly end: Partial<Run>;
}

const byJane = 'Cancelled: jane cancelled it (a better idea).';
const cancelled = { outcome: 'cancelled', sentence: byJane, released: false } as const;

const waits: readonly Wait[] = [
  { what: 'storage, to pin its data', away: ['blobs', 'pin-data'], waits: /^Waits since /, end: cancelled },
  {
    what: 'Azure ML, to submit a job',
    away: ['azureMl', 'submit-job'],
    waits: /^Waits since /,
    heard: /for the end of job \S+-train, cancelled/,
    end: cancelled,
  },
  {
    what: 'Azure ML, to look at a job',
    away: ['azureMl', 'get-job'],
    waits: /^Waits since /,
    heard: /for the end of job \S+-train, cancelled/,
    end: cancelled,
  },
  {
    what: 'a token',
    away: ['identity', 'submit-job'],
    waits: /^Waits since /,
    heard: /for the end of job \S+-train, cancelled/,
    end: cancelled,
  },
  { what: 'the end of its training job', model: 'hangs-training', job: 'train', end: cancelled },
  { what: 'the end of its evaluation job', model: 'hangs-evaluating', job: 'evaluate', end: cancelled },
  { what: 'its evidence', away: ['blobs', 'judge-evidence'], waits: /^Waits since /, end: cancelled },
  {
    what: 'a person',
    model: 'asks',
    waits: /^Waits for a person /,
    end: { ...cancelled, verdict: 'inconclusive' },
  },
  {
    what: 'the registry',
    away: ['azureMl', 'register-model'],
    waits: /^Waits since /,
    end: { ...cancelled, verdict: 'passed' },
  },
  {
    what: 'the first channel of its release',
    away: ['serviceBus', 'publish-release'],
    waits: /^Waits since /,
    end: {
      ...cancelled,
      sentence: expect.stringMatching(
        /^Cancelled: jane cancelled it \(a better idea\)\. Released to 0 stages; stage production could not be notified: azure-unavailable: /,
      ),
    },
  },
  {
    what: 'the second channel of its release',
    away: ['eventGrid', 'publish-release#2'],
    waits: /^Waits since /,
    end: {
      outcome: 'cancelled',
      sentence: expect.stringMatching(
        /^Cancelled: jane cancelled it \(a better idea\)\. Released to 1 stage; stage announce could not be notified: azure-unavailable: /,
      ),
      released: true,
    },
  },
  {
    what: 'the ledger',
    away: ['tables', 'record-run#2'],
    waits: /^Waits since /,
    heard: /^settled$/,
    end: cancelled,
  },
];

describe('a cancellation', () => {
  const modelsFolder = mkdtempSync(join(tmpdir(), 'ratchet-cancel-'));
  let world: World;

  beforeAll(async () => {
    for (const [model, text] of Object.entries(models)) {
      writeFileSync(join(modelsFolder, `${model}.yaml`), text.replace('model: tiny', `model: ${model}`));
    }
    writeFileSync(join(modelsFolder, 'fleet.yaml'), 'maximumConcurrentRuns: 1\n');
    const clock = { clock: 'virtual', clockStart: '2026-03-02T00:00:00Z' } as const;
    world = await openWorld({ modelsFolder, ...clock, env: hurried });
  });

  afterAll(async () => {
    await world?.close();
    rmSync(modelsFolder, { recursive: true, force: true });
  });

  const operate = (model: string, action: object, key: string = randomUUID()) =>
    world.ask(`models/${model}/operations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ ...action, reason: 'a better idea' }),
    });
  const now = async (): Promise<number> => {
    const { now: time } = (await (await fetch(`${world.controls()[1]}/clock`)).json()) as { now: string };
    return Date.parse(time);
  };
  const statusOf = async (instance: string): Promise<string> => {
    const path = `${world.hostUrl}/runtime/webhooks/durabletask/instances/${instance}`;
    const { customStatus } = (await (await fetch(path)).json()) as { customStatus?: Record<string, string> };
    const { waits: said, asks, phase } = customStatus ?? {};
    return said ?? asks ?? phase ?? '';
  };
  const decisionOf = (signal: string, outcome: Decision['outcome']): Promise<Decision> =>
    throughOutages(async () =>
      (await world.decisions()).find((known) => known.signal.id === signal && known.outcome === outcome),
    );
  const untilSays = (instances: readonly string[], words: RegExp) =>
    throughOutages(async () => {
      const said = await Promise.all(instances.map(statusOf));
      return said.some((text) => words.test(text)) || undefined;
    });
  const settled = (runId: string): Promise<Run> =>
    throughOutages(async () =>
      (await world.runs()).find((run) => run.runId === runId && run.outcome !== null),
    );

  const without = (service: Service) => ({
    begin: () => world.setReachable(portOf(service, world.cloud()), false),
  });

  /** A run that waits. */
  async function begin({ what, model = 'tiny', away, job, waits: words }: Wait): Promise<string> {
    await world.uploadData();
    const key = what.replaceAll(/\W+/g, '-');
    const admitted = new Date(await now()).toISOString();
    const request = () => world.requestRun(key, model);
    const signal = away ? await requestInto(world, away[1], without(away[0]), request) : await request();
    const runId = makeRunId(model, signal, admitted);
    if (words) await untilSays([runId, `${runId}-release`], words);
    if (job)
      await throughOutages(async () => (await world.aliveJobs()).includes(`${runId}-${job}`) || undefined);
    return runId;
  }

  it.each(waits)('is heard at once by a run that waits for $what', async (wait) => {
    const runId = await begin(wait);
    const before = await now();
    const cancel = () => operate(wait.model ?? 'tiny', { action: 'cancel-run', runId }, runId);
    const operated = cancel();
    if (wait.heard) await untilSays([runId], wait.heard);
    else expect(await settled(runId)).toMatchObject({ ...wait.end, endedAt: new Date(before).toISOString() });
    expect(await now()).toBe(before);
    if (wait.away) await world.setReachable(portOf(wait.away[0], world.cloud()), true);
    await advanceTo(world.controls(), before + 15 * 60_000);
    // Where the ledger was away as it was to be written down, it is answered while it is still under way: its key asks again.
    expect(await operated).toMatchObject({
      status: expect.toBeOneOf(wait.away?.[0] === 'tables' ? [200, 202] : [200]),
    });
    expect(await cancel()).toMatchObject({ status: 200 });
    expect(await settled(runId)).toMatchObject(wait.end);
    expect(await world.aliveJobs()).toEqual([]);
  });

  const breach = async (model: string): Promise<string> => {
    const observedAt = new Date(await now()).toISOString();
    const { status, body } = await world.ask(`models/${model}/metrics`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ window: observedAt, observedAt, sample: 100, metrics: { accuracy: 0.1 } }),
    });
    expect(status).toBe(202);
    return (body as { breaches: { signalId: string }[] }).breaches[0]!.signalId;
  };

  const signals: readonly { what: string; model: string; reason: ReasonCode; begin(): Promise<string> }[] = [
    {
      what: 'the end of a freeze',
      model: 'tiny',
      reason: 'freeze',
      async begin() {
        expect(await operate('tiny', { action: 'freeze' })).toMatchObject({ status: 200 });
        const signal = await world.requestRun('frozen');
        await decisionOf(signal, 'deferred');
        return signal;
      },
    },
    {
      what: 'an approval',
      model: 'suggests',
      reason: 'suggested',
      begin: () => breach('suggests'),
    },
    {
      what: 'the end of a cooldown',
      model: 'cools',
      reason: 'cooldown',
      async begin() {
        await world.untilSettled([await world.requestRun('warm', 'cools')]);
        return breach('cools');
      },
    },
    {
      what: 'a slot of the fleet',
      model: 'suggests',
      reason: 'fleet',
      async begin() {
        await begin({ what: 'a holder', model: 'hangs-training', job: 'train', end: {} });
        return world.requestRun('no-slot', 'suggests');
      },
    },
  ];

  it.each(signals)(
    'is heard at once by a signal that waits for $what',
    async ({ model, reason, begin: ask }) => {
      const signal = await ask();
      expect(await decisionOf(signal, 'deferred')).toMatchObject({ reason });
      const before = await now();
      expect(await operate(model, { action: 'withdraw', signal })).toMatchObject({ status: 200 });
      expect(await decisionOf(signal, 'rejected')).toMatchObject({
        reason: 'withdrawn',
        decidedAt: new Date(before).toISOString(),
      });
      expect(await now()).toBe(before);
    },
  );
});
