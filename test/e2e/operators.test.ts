import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import { cancelJob } from '../../shared/azure/send-job.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import type { Inbox } from '../../shared/domain/inbox.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { PolicyWords } from '../../shared/domain/policy-words.ts';
import type { Run } from '../../shared/domain/run.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
const hangs = (text: string): string => text.replace('node train.js', 'node train.js --hang');
const withPolicy =
  (line: string) =>
  (text: string): string =>
    text.replace('policy:\n', `policy:\n  ${line}\n`);

function writeModels(models: Readonly<Record<string, (text: string) => string>>, fleet?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-operators-'));
  for (const [model, change] of Object.entries(models)) {
    writeFileSync(join(folder, `${model}.yaml`), change(tiny.replace('model: tiny', `model: ${model}`)));
  }
  if (fleet) writeFileSync(join(folder, 'fleet.yaml'), fleet);
  return folder;
}

/** What the tests ask of a world, for a person and for production. */
function actOn(world: () => World) {
  const post = (path: string, body: object) =>
    world().ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return {
    post,
    async operate(path: string, action: object): Promise<{ status: number; operation: Operation }> {
      const { status, body } = await post(path, { ...action, reason: 'the test says so' });
      return { status, operation: (body as { operation: Operation }).operation };
    },
    async breach(model: string, window: string): Promise<string> {
      const report = { window, observedAt: '2026-03-01T00:00:00Z', sample: 100, metrics: { accuracy: 0.5 } };
      const { body } = await post(`models/${model}/metrics`, report);
      return (body as { breaches: { signalId: string }[] }).breaches[0]!.signalId;
    },
    decision: (signalId: string, wanted: Partial<Decision>): Promise<Decision> =>
      throughOutages(async () => {
        const found = (await world().decisions()).find(({ signal }) => signal.id === signalId);
        const fits =
          found && Object.entries(wanted).every(([key, value]) => found[key as keyof Decision] === value);
        return fits ? found : undefined;
      }),
    run: (runId: string | null, wanted: Partial<Run>): Promise<Run> =>
      throughOutages(async () => {
        const found = (await world().runs()).find((run) => run.runId === runId);
        const fits =
          found && Object.entries(wanted).every(([key, value]) => found[key as keyof Run] === value);
        return fits ? found : undefined;
      }),
  };
}

describe('operators', () => {
  let world: World;
  const { operate, breach, decision, run, post } = actOn(() => world);
  const folder = writeModels({
    suggests: withPolicy('mode: suggest'),
    freezes: (text) => text,
    hangs,
    restarts: (text) => withPolicy('whileRunning: restart')(hangs(text)),
    queues: withPolicy('whileRunning: queue'),
    rejects: (text) => withPolicy('whileRunning: reject')(hangs(text)),
    quiet: withPolicy('quietPeriod: PT10S'),
    sure: (text) =>
      withPolicy('mode: observe')(text.replace('below: 0.9', 'below: 0.9\n      confidence: 0.95')),
  });

  beforeAll(async () => {
    world = await openWorld({ modelsFolder: folder });
  });

  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('approve what mode suggest suggests, and only that', async () => {
    expect(await operate('models/suggests/operations', { action: 'approve' })).toMatchObject({
      status: 409,
      operation: { done: false, sentence: 'Nothing to approve: no suggested run waits for approval.' },
    });
    const first = await breach('suggests', 'w1');
    const suggested = await decision(first, { outcome: 'deferred', reason: 'suggested' });
    expect(suggested.changedBy).toBe('Admissible once a person approves it: ratchet approve.');
    const inboxOf = async (as: string) => ((await world.ask('inbox', { as })).body as Inbox).items;
    const mine = (await inboxOf('jane')).find(({ model }) => model === 'suggests');
    expect(mine).toMatchObject({
      what: 'suggestion',
      signals: [first],
      acts: [{ action: 'approve', whyNot: null }, {}],
    });
    const vics = (await inboxOf('vic')).find(({ model }) => model === 'suggests');
    expect(vics?.acts[0]?.whyNot).toContain('vic may not: it takes the role approver');
    const { outlook, sentences, advice } = (await world.ask('models/suggests/policy')).body as PolicyWords;
    expect(outlook.map(({ asker, outcome, reason }) => [asker, outcome, reason])).toEqual([
      ['event', 'coalesced', 'wait-pending'],
      ['person', 'admitted', 'idle'],
    ]);
    expect(advice).toMatchObject({
      answer: 'cannot-say',
      sentence:
        'It cannot be said whether retraining pays: neither policy.budget nor policy.mostRuns says what may be spent.',
    });
    expect(sentences).toContainEqual({
      ...{ topic: 'policy', path: 'policy.mode', isDefault: false },
      sentence: 'Mode suggest: a signal that nothing blocks waits for a person to approve its run.',
    });
    const second = await breach('suggests', 'w2');
    await decision(second, { outcome: 'coalesced', joinedSignalId: first });

    expect(await operate('models/suggests/operations', { action: 'approve' })).toMatchObject({
      status: 200,
      operation: { done: true, by: 'jane', reason: 'the test says so' },
    });
    const approved = await decision(first, { outcome: 'admitted', reason: 'approved' });
    expect(approved.sentence).toMatch(
      /^Admitted together with 1 more: jane approved it at .* \(the test says so\)\./,
    );
    const { signals } = await run(approved.runId, { outcome: 'released' });
    expect(signals).toEqual([first, second]);
  });

  it('withdraw what waits, which then is rejected by their name', async () => {
    const waiting = await breach('suggests', 'w3');
    await decision(waiting, { outcome: 'deferred' });
    await operate('models/suggests/operations', { action: 'withdraw' });
    const withdrawn = await decision(waiting, { outcome: 'rejected', reason: 'withdrawn' });
    expect(withdrawn.sentence).toContain('jane withdrew it');
  });

  it('freeze a model for everybody, and thaw it at once', async () => {
    await operate('models/freezes/operations', { action: 'freeze' });
    const asked = await world.requestRun('while-frozen', 'freezes');
    const held = await decision(asked, { outcome: 'deferred', reason: 'freeze' });
    expect(held.sentence).toContain('jane froze the model at');
    await operate('models/freezes/operations', { action: 'thaw' });
    const admitted = await decision(asked, { outcome: 'admitted', reason: 'hold-over' });
    await run(admitted.runId, { outcome: 'released' });
  });

  it('set a mode over the model file and give it back', async () => {
    await operate('models/freezes/operations', { action: 'set-mode', mode: 'off' });
    const refused = await world.requestRun('while-off', 'freezes');
    expect((await decision(refused, { outcome: 'rejected', reason: 'off' })).sentence).toBe(
      'Rejected: the mode is off (set by jane).',
    );
    const { operation } = await operate('models/freezes/operations', { action: 'set-mode', mode: 'file' });
    expect(operation.sentence).toBe('The mode is that of the model file again; it was off, set by jane.');
  });

  it('cancel a run: its job is cancelled, it says by whom, and its model is free', async () => {
    const asked = await world.requestRun('to-cancel', 'hangs');
    const { runId } = await decision(asked, { outcome: 'admitted' });
    await run(runId, { phase: 'train' });
    expect(
      await operate('models/hangs/operations', { action: 'cancel-run', runId: 'another' }),
    ).toMatchObject({
      status: 409,
    });
    expect(await operate('models/hangs/operations', { action: 'cancel-run', runId })).toMatchObject({
      status: 200,
    });
    const cancelled = await run(runId, { outcome: 'cancelled' });
    expect(cancelled).toMatchObject({
      sentence: 'Cancelled: jane cancelled it (the test says so).',
      released: false,
    });
    const job = await workspaceClient(world.cloud()).jobs.get(
      localCloud.resourceGroup,
      localCloud.workspace,
      `${runId}-train`,
    );
    expect(job.properties.status).toBe('Canceled');
    const { body } = await world.ask('models');
    const { models } = body as { models: { model: string; live: unknown }[] };
    expect(models.find(({ model }) => model === 'hangs')).toMatchObject({ live: null });
  });

  it('see a run make room for a new signal once, where the policy restarts', async () => {
    const first = await decision(await breach('restarts', 'w1'), { outcome: 'admitted' });
    await run(first.runId, { phase: 'train' });
    const second = await breach('restarts', 'w2');
    await run(first.runId, { outcome: 'cancelled' });
    const restarted = await decision(second, { outcome: 'admitted' });
    await run(restarted.runId, { phase: 'train' });
    expect(await decision(await breach('restarts', 'w3'), { outcome: 'coalesced' })).toMatchObject({
      reason: 'run-live',
      runId: restarted.runId,
    });
    await operate('models/restarts/operations', { action: 'cancel-run', runId: restarted.runId });
    await run(restarted.runId, { outcome: 'cancelled' });
  });

  it('see one run follow another for all that came meanwhile, where the policy queues', async () => {
    const first = await decision(await breach('queues', 'w1'), { outcome: 'admitted' });
    const [second, third] = [await breach('queues', 'w2'), await breach('queues', 'w3')];
    const next = await decision(second, { outcome: 'admitted' });
    expect(next.runId).not.toBe(first.runId);
    const joined = await decision(third, { outcome: 'coalesced' });
    expect(joined.joinedSignalId ?? joined.runId).toBeTruthy();
    const [before, after] = [
      await run(first.runId, { outcome: 'released' }),
      await run(next.runId, { outcome: 'released' }),
    ];
    expect(after.startedAt >= before.endedAt!).toBe(true);
  });

  it('see a signal turned away while a run is under way, where the policy rejects', async () => {
    const first = await decision(await breach('rejects', 'w1'), { outcome: 'admitted' });
    await decision(await breach('rejects', 'w2'), { outcome: 'rejected', reason: 'run-live' });
    await operate('models/rejects/operations', { action: 'cancel-run', runId: first.runId });
    await run(first.runId, { outcome: 'cancelled' });
  });

  it('see one run answer all that comes before it is quiet', async () => {
    const waiting = await breach('quiet', 'w1');
    await decision(waiting, { outcome: 'deferred', reason: 'quiet' });
    const signals = [waiting, await breach('quiet', 'w2'), await breach('quiet', 'w3')];
    const { runId } = await decision(signals[0]!, { outcome: 'admitted' });
    const [first, ...joined] = (await run(runId, { outcome: 'released' })).signals;
    // Those that join come in the order in which their orchestrations reach the model.
    expect([first, ...joined.sort()]).toEqual(signals);
  });

  it('see a breach count where it is sure, and why another does not', async () => {
    const report = (window: string, accuracy: number) =>
      post('models/sure/metrics', {
        ...{ window, observedAt: '2026-03-01T00:00:00Z', sample: 100, metrics: { accuracy } },
      });
    await report('w1', 0.87);
    const unsure = await decision('metric:sure:accuracy-low:w1', { outcome: 'rejected' });
    expect(unsure).toMatchObject({
      reason: 'inconclusive',
      changedBy: expect.stringMatching(/over more rows/),
    });
    expect(unsure.sentence).toMatch(
      /^Rejected: a value so far beyond the threshold comes up by chance in 20 % of windows/,
    );
    expect(unsure.signal.summary).toContain('but the true value may be 0.9214 with confidence 0.95');
    await report('w2', 0.5);
    await decision('metric:sure:accuracy-low:w2', { outcome: 'rejected', reason: 'observed' });
  });

  it('throw the kill switch, and nothing of the time before its release is made up for', async () => {
    expect((await operate('fleet/operations', { action: 'stop' })).status).toBe(200);
    expect((await operate('fleet/operations', { action: 'stop' })).status).toBe(409);
    const asked = await world.requestRun('while-stopped', 'freezes');
    const stopped = await decision(asked, { outcome: 'rejected', reason: 'stopped' });
    expect(stopped.sentence).toContain('jane stopped the fleet at');
    const waiting = await breach('suggests', 'w4');
    await decision(waiting, { outcome: 'deferred', reason: 'suggested' });
    await operate('fleet/operations', { action: 'resume' });
    await operate('models/suggests/operations', { action: 'approve' });
    const late = await decision(waiting, { outcome: 'rejected', reason: 'stopped' });
    expect(late.sentence).toContain('what came by then is not made up for');
    const again = await decision(await world.requestRun('after-resume', 'freezes'), { outcome: 'admitted' });
    await run(again.runId, { outcome: 'released' });
  });

  it('find everything they did in the ledger, and what was refused as well', async () => {
    const { body } = await world.ask('operations?model=(fleet)');
    const { operations } = body as { operations: Operation[] };
    expect(operations.map(({ action, done }) => [action.action, done])).toEqual([
      ['resume', true],
      ['stop', false],
      ['stop', true],
    ]);
  });

  it.each([
    [{ action: 'freze' }, 'action: '],
    [{ action: 'freeze', until: 'tomorrow' }, 'until: an ISO 8601 time with a zone'],
    [{ action: 'thaw', until: '2026-03-01T00:00:00Z' }, 'until: action thaw takes no until; leave it out'],
    [{ action: 'set-mode' }, 'mode: missing; action set-mode requires it'],
    [{ action: 'cancel-run' }, 'runId: missing; action cancel-run requires it'],
    [{ action: 'thaw', why: 'x' }, 'why: unknown field'],
    [{ action: 'thaw', by: 'eve' }, 'by: who acts is proven, not claimed'],
  ])('are told what is wrong with %o', async (action, message) => {
    const { status, body } = await post('models/freezes/operations', { ...action, reason: 'x' });
    expect(status).toBe(400);
    expect((body as { detail: string }).detail).toContain(message);
  });
});

describe('a fleet with one place', () => {
  let world: World;
  const { operate, decision, run } = actOn(() => world);
  const folder = writeModels({ first: hangs, second: (text) => text }, 'maximumConcurrentRuns: 1\n');
  const startMs = Date.parse('2026-03-01T00:00:00Z');

  beforeAll(async () => {
    world = await openWorld({
      modelsFolder: folder,
      clock: 'virtual',
      clockStart: new Date(startMs).toISOString(),
      env: { RATCHET_WATCHDOG_TICK: '0 * * * * *' },
    });
  });

  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets the next model run the moment the place is free', async () => {
    const { runId } = await decision(await world.requestRun('a', 'first'), { outcome: 'admitted' });
    const waiting = await world.requestRun('b', 'second');
    const held = await decision(waiting, { outcome: 'deferred', reason: 'fleet' });
    expect(held.sentence).toMatch(/: 1 of 1 slot of the fleet is taken\.$/);
    await operate('models/first/operations', { action: 'cancel-run', runId });
    await run(runId, { outcome: 'cancelled' });
    await run((await decision(waiting, { outcome: 'admitted' })).runId, { outcome: 'released' });
    expect(await world.ask('fleet')).toMatchObject({ body: { places: [], waiting: [] } });
  });

  it('gets a place back from a run that was purged, which the watchdog writes down', async () => {
    const signal = await world.requestRun('c', 'first');
    const { runId } = await decision(signal, { outcome: 'admitted' });
    await throughOutages(async () => (await world.jobNames()).includes(`${runId}-train`) || undefined);
    const instances = (await (
      await fetch(`${world.hostUrl}/runtime/webhooks/durabletask/instances`)
    ).json()) as {
      instanceId: string;
      name: string;
      runtimeStatus: string;
    }[];
    const alive = instances.filter(
      ({ runtimeStatus, name }) => runtimeStatus === 'Running' && ['admit-signal', 'retrain'].includes(name),
    );
    expect(alive).toHaveLength(2);
    // The parent first, which would else hear of its child's end and settle the run.
    for (const { instanceId } of alive.sort((a, b) => a.name.localeCompare(b.name))) {
      const instance = `${world.hostUrl}/runtime/webhooks/durabletask/instances/${instanceId}`;
      await fetch(`${instance}/terminate?reason=purged`, { method: 'POST' });
      await throughOutages(async () => (await fetch(instance, { method: 'DELETE' })).ok || undefined);
    }
    const url = `${world.cloud().armEndpoint}${localCloud.workspaceId}`;
    await cancelJob(workspaceClient(world.cloud()), url, `${runId}-train`, AbortSignal.timeout(30_000));
    await advanceTo(world.controls(), startMs + 9 * 60_000);
    expect((await world.runs()).find((known) => known.runId === runId)).toMatchObject({ outcome: null });
    await advanceTo(world.controls(), startMs + 15 * 60_000);
    const lost = await run(runId, { outcome: 'lost' });
    expect(lost.sentence).toMatch(/^Lost: its orchestration is gone, .* The watchdog freed model first at /);
    expect(await world.ask('fleet')).toMatchObject({ body: { places: [] } });
  });

  it('revives a signal that waits and whose orchestration was terminated', async () => {
    await operate('models/second/operations', { action: 'freeze', until: '2026-03-01T01:00:00Z' });
    const signal = await world.requestRun('d', 'second');
    await decision(signal, { outcome: 'deferred', reason: 'freeze' });
    const webhook = `${world.hostUrl}/runtime/webhooks/durabletask/instances`;
    const running = (await (await fetch(`${webhook}?runtimeStatus=Running`)).json()) as {
      instanceId: string;
      name: string;
    }[];
    const [sleeping] = running.filter(({ name }) => name === 'admit-signal');
    await fetch(`${webhook}/${sleeping!.instanceId}/terminate?reason=test`, { method: 'POST' });
    await advanceTo(world.controls(), Date.parse('2026-03-01T01:10:00Z'));
    const { runId } = await decision(signal, { outcome: 'admitted' });
    await run(runId, { outcome: 'released' });
  });
});
