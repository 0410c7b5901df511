import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import type { ModelState } from '../../shared/domain/model-state.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const start = '2026-03-01T00:00:00Z';
const in2099 = '2099-01-01T00:00:00.000Z';
const entity = '@model@tiny';

describe('a state that holds what cannot be', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld({ clock: 'virtual', clockStart: start });
  });

  afterAll(async () => {
    await world.close();
  });

  /** Changes the stored state of the model's entity while no host runs. Answers what was stored. */
  async function changeState(change: (state: ModelState) => unknown): Promise<ModelState> {
    await world.killHost();
    const db = new DatabaseSync(join(world.home, 'host', 'durable.db'));
    const row = db.prepare('SELECT state FROM entities WHERE id = ?').get(entity);
    const before = JSON.parse(String(row?.['state'])) as ModelState;
    db.prepare('UPDATE entities SET state = ? WHERE id = ?').run(JSON.stringify(change(before)), entity);
    db.close();
    await world.startHost();
    return before;
  }

  async function report(window: string, observedAt: string, accuracy: number): Promise<string | undefined> {
    const { status, body } = await world.ask('models/tiny/metrics', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ window, observedAt, sample: 100, metrics: { accuracy } }),
    });
    expect(status).toBe(202);
    return (body as { breaches: { signalId: string }[] }).breaches[0]?.signalId;
  }

  const decisionOf = (signalId: string, wanted: Partial<Decision>): Promise<Decision> =>
    throughOutages(async () => {
      const found = (await world.decisions()).find(({ signal }) => signal.id === signalId);
      const fits =
        found && Object.entries(wanted).every(([key, value]) => found[key as keyof Decision] === value);
      return fits ? found : undefined;
    });

  /** Time passes until everything has come to its end. */
  async function pass(minutes: number): Promise<void> {
    const { now } = (await (await fetch(`${world.controls()[1]}/clock`)).json()) as { now: string };
    await advanceTo(world.controls(), Date.parse(now) + minutes * 60_000);
  }

  it('hears the next breach after a good report dated 2099', async () => {
    await report('w1', in2099, 0.99);
    const signal = await report('w2', '2026-03-01T00:00:00Z', 0.5);
    await decisionOf(signal!, { outcome: 'admitted' });
    await pass(60);
  });

  it('heals where a version of before remembers 2099', async () => {
    await changeState((state) => ({
      ...state,
      lastRun: { ...state.lastRun, endedAt: in2099 },
      watched: { 'metric:accuracy-low': [{ at: in2099, bad: false }] },
      answered: state.answered.map((known) => ({ ...known, at: in2099 })),
    }));
    const signal = await report('w3', '2026-03-01T00:30:00Z', 0.5);
    await decisionOf(signal!, { outcome: 'admitted' });
    await pass(60);
  });

  it('that admission cannot read is told in the ledger and the log, and the signal is not lost', async () => {
    const sound = await changeState((state) => ({ ...state, answered: null }));
    const signal = await world.requestRun('unreadable');
    const waits = await decisionOf(signal, { outcome: 'deferred', reason: 'internal-error' });
    expect(waits.sentence).toMatch(/^Waits until .*: it could not be decided: model tiny: offer: ./);
    expect(readFileSync(world.logFiles.host, 'utf8')).toContain(`signal ${signal}: failure 1: `);
    await changeState(() => sound);
    await pass(5);
    const admitted = await decisionOf(signal, { outcome: 'admitted' });
    expect(admitted.reason).toBe('idle');
    await pass(60);
    expect((await world.runs()).find(({ runId }) => runId === admitted.runId)?.outcome).not.toBeNull();
  });
});
