import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../cli/main.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import type { ModelState } from '../../shared/domain/model-state.ts';
import { capturePrinted } from '../unit/cli/printed.ts';
import { loseHub } from '../world/lose-hub.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

type View = Pick<ModelState, 'champion' | 'frozen' | 'mode' | 'lastRun'> & {
  readonly modeSetBy: object | null;
};

const { out } = capturePrinted();

describe('a task hub that is lost', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld();
  });

  afterAll(() => world?.close());

  const view = async (): Promise<View> => {
    const { status, body } = await world.ask('models');
    expect(status).toBe(200);
    return (body as { models: View[] }).models[0]!;
  };

  const operate = (path: string, body: object) =>
    world.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, reason: 'test' }),
    });

  const until = (id: string, fits: (decision: Decision) => boolean) =>
    throughOutages(async () => (await world.decisions()).find((each) => each.signal.id === id && fits(each)));

  it('leaves the champion to the next comparison, which waits while the ledger is unavailable', async () => {
    const first = await world.requestRun('first');
    await world.untilSettled([first]);
    const before = await view();
    expect(before.champion).not.toBeNull();

    await loseHub(world);
    expect(await view()).toEqual(before);
    await world.uploadData();
    await world.killCloud();
    const second = await world.requestRun('second');
    await throughOutages(
      async () =>
        /azure-unavailable: (?:listing|reading)/.test(readFileSync(world.logFiles.host, 'utf8')) || undefined,
    );
    await world.startCloud();
    await world.untilSettled([second]);
    const runs = await world.runs();
    expect(runs.map(({ champion }) => champion)).toEqual([before.champion, null]);
    expect((await world.decisions()).map(({ outcome }) => outcome)).toEqual(['admitted', 'admitted']);
  });

  it('leaves freezes, mode, the kill switch and what waits in force', async () => {
    const models = 'models/tiny/operations';
    expect((await operate(models, { action: 'set-mode', mode: 'observe' })).status).toBe(200);
    expect((await operate(models, { action: 'freeze' })).status).toBe(200);
    expect((await operate('fleet/operations', { action: 'stop' })).status).toBe(200);
    const waiting = await world.requestRun('frozen');
    await until(waiting, ({ reason }) => reason === 'freeze');
    const before = await view();

    // The watchdog would rebuild it before it is asked: it looks once a year here.
    await loseHub(world, { RATCHET_WATCHDOG_TICK: '0 0 0 1 1 *' });
    const { champion, frozen, modeSetBy } = await view();
    expect({ champion, frozen, modeSetBy }).toEqual({
      champion: before.champion,
      frozen: before.frozen,
      modeSetBy: before.modeSetBy,
    });
    expect(await world.ask('fleet')).toMatchObject({ body: { stopped: { by: 'jane' } } });
    const preview = (await world.ask('models/tiny/rebuild')).body as { isNew: boolean; changes: object[] };
    expect(preview.isNew).toBe(true);
    expect(preview.changes).toContainEqual({
      what: 'mode',
      before: 'that of the model file',
      after: 'observe, set by jane',
    });

    const rebuilt = await operate(models, { action: 'rebuild' });
    expect(rebuilt.body).toMatchObject({ operation: { done: true, sentence: /champion: none -> / } });
    expect((await operate(models, { action: 'rebuild' })).status).toBe(409);
    expect(await view()).toMatchObject({ frozen: before.frozen });
    // What waited goes on where it was: the freeze ends, and the switch turns it away.
    expect((await operate(models, { action: 'thaw' })).status).toBe(200);
    await until(waiting, ({ reason }) => reason === 'stopped');
    const all = (await world.decisions()).filter(({ signal }) => signal.id === waiting);
    expect(all).toHaveLength(1);
  });

  it('is made up for by the watchdog, too, before any signal comes', async () => {
    const before = await view();
    await loseHub(world, { RATCHET_WATCHDOG_TICK: '* * * * * *' });
    const isNew = async () => ((await world.ask('models/tiny/rebuild')).body as { isNew: boolean }).isNew;
    await throughOutages(async () => (await isNew()) === false || undefined);
    expect(await view()).toMatchObject({ champion: before.champion, modeSetBy: before.modeSetBy });
    expect(await main(['rebuild', '--dry-run', '--url', world.hostUrl])).toBe(0);
    expect(out).toEqual([expect.stringMatching(/tiny.*nothing to rebuild/)]);
  });
});
