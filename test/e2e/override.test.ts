import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../cli/main.ts';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import type { GateReport } from '../../shared/domain/gate-report.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import type { Run } from '../../shared/domain/run.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const tooFewRows = (text: string): string => text.replaceAll('minimumRows: 4', 'minimumRows: 400');
const asks = (text: string): string => `${tooFewRows(text)}onInconclusive: ask\n`;
const tooWeak = (text: string): string =>
  text.replace('metric: accuracy\n    atLeast: 0.75', 'metric: log_loss\n    atMost: 0.01');
const models: Readonly<Record<string, (text: string) => string>> = {
  accepts: asks,
  refuses: asks,
  waits: (text) => asks(text).replace('longestRun: PT10M', 'longestRun: PT15S'),
  cancels: asks,
  fails: (text) => `${tooWeak(text)}onInconclusive: ask\n`,
  weak: tooWeak,
  small: tooFewRows,
  stopped: tooFewRows,
  keeps: (text) =>
    `${tooFewRows(text)}onInconclusive: recollect\n`
      .replace('node train.js', 'node train.js --threshold 0.5')
      .replace('evaluation:\n', 'evaluation:\n  threshold: { from: training }\n'),
};

describe('people in place of the gates', () => {
  let world: World;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-override-'));

  beforeAll(async () => {
    const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    for (const [model, change] of Object.entries(models)) {
      writeFileSync(join(folder, `${model}.yaml`), change(tiny.replace('model: tiny', `model: ${model}`)));
    }
    world = await openWorld({ modelsFolder: folder });
    vi.stubEnv('RATCHET_HOME', world.home);
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const operate = async (
    path: string,
    body: object,
    as = 'jane',
  ): Promise<{ status: number; operation: Operation }> => {
    const answer = await world.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'the test says so', ...body }),
      as,
    });
    return { status: answer.status, operation: (answer.body as { operation: Operation }).operation };
  };
  const say = (action: string, { model, runId }: Run, as = 'jane') =>
    operate(`models/${model}/operations`, { action, runId }, as);
  const untilRun = (model: string, fits: (run: Run) => boolean): Promise<Run> =>
    throughOutages(async () => (await world.runs()).find((run) => run.model === model && fits(run)), 30_000);
  const asking = async (model: string): Promise<Run> => {
    await world.requestRun(`ask-${model}`, model);
    return untilRun(model, ({ phase, sentence }) => phase === 'gate' && sentence !== '');
  };
  const ended = ({ model, runId }: Run): Promise<Run> =>
    untilRun(model, (run) => run.runId === runId && run.outcome !== null);
  const settled = async (model: string): Promise<Run> => {
    await world.requestRun(`settle-${model}`, model);
    return untilRun(model, ({ outcome }) => outcome !== null);
  };
  const tagsOf = async (model: string, version: string) => {
    const at = [localCloud.resourceGroup, localCloud.workspace] as const;
    return (await workspaceClient(world.cloud()).modelVersions.get(...at, model, version)).properties.tags;
  };
  const championOf = async (model: string) => {
    const { body } = await world.ask('models');
    const { models: views } = body as { models: { model: string; live: unknown; champion: unknown }[] };
    return views.find((view) => view.model === model);
  };
  const told = async ({ runId }: Run) => (await world.releaseIds()).filter((id) => id.startsWith(runId));
  /** Runs a command of the CLI; answers its exit code and what it printed. */
  const ratchet = async (...args: string[]): Promise<{ code: number; text: string }> => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    try {
      const code = await main([...args, '--url', world.hostUrl]);
      return { code, text: stripVTControlCharacters(log.mock.calls.join('\n')) };
    } finally {
      log.mockRestore();
    }
  };

  it('accept a run that asks: it is registered with their name and released', async () => {
    const run = await asking('accepts');
    expect(run.sentence).toMatch(
      /^Gate floor: .*8 rows, the gate needs 400.* Waits for a person until .*Z: ratchet accept accepts-\S+, or ratchet refuse accepts-\S+\.$/s,
    );
    expect(run).toMatchObject({ verdict: 'inconclusive', outcome: null });
    // The ledger has it a moment before the task hub does.
    const asks = await throughOutages(async () => {
      const answer = await fetch(`${world.hostUrl}/runtime/webhooks/durabletask/instances/${run.runId}`);
      const { customStatus } = (await answer.json()) as { customStatus?: { phase: string; asks?: string } };
      return customStatus?.phase === 'gate' ? customStatus.asks : undefined;
    });
    expect(asks).toContain('ratchet accept');
    expect((await ratchet('models')).text).toMatch(
      /it waits for a person until \S+Z: ratchet accept, or ratchet refuse/,
    );
    const accepted = await ratchet('accept', run.runId, '--reason', 'rows are dear', '--as', 'jane');
    expect(accepted).toEqual({
      code: 0,
      text: `Accepted: run ${run.runId} is registered and released as one that passed.`,
    });
    const end = await ended(run);
    expect(end).toMatchObject({
      outcome: 'released',
      verdict: 'inconclusive',
      released: true,
      acceptedBy: { by: 'jane', reason: 'rows are dear' },
    });
    expect(end.sentence).toMatch(/ Accepted by jane at \S+Z \(rows are dear\)\.$/);
    expect(await tagsOf('accepts', end.registeredVersion!)).toMatchObject({
      ratchetRun: run.runId,
      ratchetAccepted: 'jane',
    });
    expect(await championOf('accepts')).toMatchObject({
      live: null,
      champion: { version: end.registeredVersion },
    });
    expect(await told(run)).toEqual([`${run.runId}-production`]);
    expect((await say('accept-run', run)).operation.sentence).toContain('is not under way');
    expect((await ratchet('explain', run.runId)).text).toContain('accepted by jane at');
  });

  it('refuse one: it ends as gates that cannot say end it, and says by whom', async () => {
    const run = await asking('refuses');
    expect(await say('accept-run', { ...run, runId: 'refuses-20200101-00000000' })).toMatchObject({
      status: 409,
      operation: { done: false, sentence: expect.stringContaining('is not under way') },
    });
    expect((await ratchet('refuse', run.runId, '--reason', 'wait for rows', '--as', 'bob')).code).toBe(0);
    const end = await ended(run);
    expect(end).toMatchObject({ outcome: 'inconclusive', released: false, registeredVersion: null });
    expect(end.sentence).toMatch(/ Refused by bob at \S+Z \(wait for rows\)\.$/);
    expect(end).not.toHaveProperty('acceptedBy');
    expect(await championOf('refuses')).toMatchObject({ live: null, champion: null });
  });

  it('answer nothing in time: it ends inconclusive', async () => {
    const run = await asking('waits');
    const end = await ended(run);
    expect(end).toMatchObject({ outcome: 'inconclusive', released: false });
    expect(end.sentence).toMatch(/ Nobody answered by \S+Z\.$/);
    expect(Date.parse(end.endedAt!) - Date.parse(end.startedAt)).toBeGreaterThanOrEqual(15_000);
  });

  it('cancel a run that asks', async () => {
    const run = await asking('cancels');
    await say('cancel-run', run, 'bob');
    expect(await ended(run)).toMatchObject({ outcome: 'cancelled', released: false });
  });

  it('are not asked where a gate failed', async () => {
    expect(await settled('fails')).toMatchObject({ outcome: 'gate-failed', released: false });
  });

  it('never break the glass alone, nor twice by the same person', async () => {
    const run = await settled('weak');
    expect(run.outcome).toBe('gate-failed');
    const first = await ratchet('break-glass', run.runId, '--reason', 'fraud wave', '--as', 'jane');
    expect(first).toEqual({
      code: 0,
      text: expect.stringMatching(/^Noted: nothing is released yet\. Another person/),
    });
    expect((await ratchet('models')).text).toContain(
      `jane approved an override of run ${run.runId} (fraud wave) at `,
    );
    for (const again of ['once more', 'with another reason']) {
      const said = operate('models/weak/operations', {
        action: 'break-glass',
        runId: run.runId,
        reason: again,
      });
      expect(await said).toMatchObject({
        status: 409,
        operation: {
          done: false,
          sentence: expect.stringContaining('the second approval must be another person'),
        },
      });
    }
    // Nobody without the role is the second, nor is a machine.
    for (const as of ['olga', 'vic', null]) {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, as };
      const body = JSON.stringify({ action: 'break-glass', runId: run.runId, reason: 'x' });
      expect(await world.ask('models/weak/operations', { ...init, body })).toMatchObject({
        status: 403,
        body: { code: 'forbidden', detail: expect.stringContaining('the role approver') },
      });
    }
    expect(await championOf('weak')).toMatchObject({ live: null, champion: null });
    expect(await told(run)).toEqual([]);
    expect((await world.runs()).find(({ runId }) => runId === run.runId)).toEqual(run);
  });

  it('break it together: the challenger is the champion, and ledger and registry say so for ever', async () => {
    const run = await settled('weak');
    const second = await ratchet('break-glass', run.runId, '--reason', 'agreed', '--as', 'bob');
    const sentence = `jane and bob promoted version 1 of run ${run.runId} against the gates: it is the champion.`;
    expect(second).toEqual({ code: 0, text: sentence });
    const marked = (await world.runs()).find(({ runId }) => runId === run.runId)!;
    expect(marked).toEqual({
      ...run,
      released: true,
      challenger: { ...run.challenger, version: '1' },
      registeredVersion: '1',
      brokenGlass: {
        ...{ first: 'jane', second: 'bob', reasons: ['fraud wave', 'agreed'] },
        actors: [
          { kind: 'person', name: 'jane', id: expect.any(String) },
          { kind: 'person', name: 'bob', id: expect.any(String) },
        ],
        ...{ at: expect.any(String), sentence },
      },
    });
    expect(await tagsOf('weak', '1')).toMatchObject({
      ratchetRun: run.runId,
      ratchetBreakGlass: 'jane and bob: fraud wave; agreed',
      ratchetGateReportHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      ratchetParentVersion: 'none',
    });
    expect(await championOf('weak')).toMatchObject({
      live: null,
      lastRun: { runId: run.runId, outcome: 'released' },
      champion: { version: '1', runId: run.runId },
    });
    expect(await told(run)).toEqual([`${run.runId}-production`]);
    expect((await ratchet('runs', '--model', 'weak')).text).toContain(`override: ${sentence}`);
    expect((await ratchet('explain', run.runId)).text).toContain(
      'overridden (break-glass) by jane (fraud wave) and bob (agreed) at',
    );
    expect(await say('break-glass', run, 'eve')).toMatchObject({
      status: 409,
      operation: { sentence: expect.stringMatching(/^Overridden already: jane and bob promoted/) },
    });
  });

  it('break it for a run that was inconclusive, but for none that released or is under way', async () => {
    const run = await settled('small');
    expect(run.outcome).toBe('inconclusive');
    await say('break-glass', run, 'jane');
    expect(await say('break-glass', run, 'bob')).toMatchObject({ status: 200, operation: { done: true } });
    const released = await untilRun('accepts', ({ outcome }) => outcome === 'released');
    expect((await say('break-glass', released)).operation.sentence).toContain('ended released');
    const held = await untilRun('refuses', ({ outcome }) => outcome !== null);
    await world.requestRun('once-more', 'refuses');
    const again = await untilRun('refuses', ({ phase, sentence }) => phase === 'gate' && sentence !== '');
    expect((await say('break-glass', held)).operation.sentence).toBe(
      `Not overridden: run ${again.runId} is under way; wait for its end, or cancel it.`,
    );
    expect((await say('break-glass', again)).operation.sentence).toContain('is still under way');
    await say('refuse-run', again);
    await ended(again);
  });

  it('never break it while the kill switch is thrown', async () => {
    const run = await settled('stopped');
    await say('break-glass', run, 'jane');
    await operate('fleet/operations', { action: 'stop' });
    for (const name of ['bob', 'eve']) {
      const { status, operation } = await say('break-glass', run, name);
      expect(status).toBe(409);
      expect(operation.sentence).toMatch(
        /^Not overridden: jane stopped the fleet at .* Nobody overrides the kill switch\.$/,
      );
    }
    expect(await championOf('stopped')).toMatchObject({ live: null, champion: null });
    expect(await told(run)).toEqual([]);
    await operate('fleet/operations', { action: 'resume' });
    expect((await say('break-glass', run, 'bob')).operation.done).toBe(true);
  });

  it('wait for more data where the model file has it so: the same challenger is judged again', async () => {
    const breach = async (window: string): Promise<Run> => {
      const known = (await world.runs()).length;
      const report = { window, observedAt: '2026-03-01T00:00:00Z', sample: 100, metrics: { accuracy: 0.5 } };
      await world.ask('models/keeps/metrics', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(report),
      });
      await throughOutages(async () => (await world.runs()).length > known || undefined, 30_000);
      return untilRun(
        'keeps',
        ({ outcome, signals }) => outcome !== null && signals[0]!.endsWith(`:${window}`),
      );
    };
    const first = await breach('w1');
    expect(first).toMatchObject({ kind: 'retrain', outcome: 'inconclusive' });
    expect(first.sentence).toContain('It is kept: the next signal has it judged again (1 of 3 times).');
    const second = await breach('w2');
    expect(second).toMatchObject({
      kind: 'reevaluate',
      outcome: 'inconclusive',
      challenger: first.challenger,
    });
    expect(await world.jobNames()).not.toContain(`${second.runId}-train`);
    // Its threshold is the one among the files of the run that trained it: nothing to note.
    const { body } = await world.ask(`runs/${second.runId}`);
    expect((body as { gateReport: GateReport }).gateReport).toMatchObject({ notes: [] });

    const file = join(folder, 'keeps.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('minimumRows: 400', 'minimumRows: 4'));
    const third = await breach('w3');
    expect(third).toMatchObject({ kind: 'reevaluate', outcome: 'released' });
    expect(third.registeredVersion).toBe('1');
    expect(third.challenger!.modelUri).toContain(`/runs/${first.runId}/model/`);
    expect(await tagsOf('keeps', third.registeredVersion!)).toMatchObject({ ratchetRun: third.runId });
    expect(await breach('w4')).toMatchObject({ kind: 'retrain' });
  });
});
