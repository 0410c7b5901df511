import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, throughOutages, type World } from '../world/world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(async () => {
  await world.close();
});

async function operate(action: string): Promise<void> {
  const { status } = await world.ask('models/tiny/operations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action, by: 'jane', reason: 'the test says so' }),
  });
  expect(status).toBeLessThan(300);
}

it('answers 300 requests through a freeze: the first waits for all, and one run answers them', async () => {
  await operate('freeze');
  const signals: string[] = [];
  for (let index = 0; index < 300; index++) signals.push(await world.requestRun(`request-${index}`));
  const answers = await throughOutages(async () => {
    const found = (await world.decisions()).filter(({ signal }) => signals.includes(signal.id));
    return found.length === signals.length ? found : undefined;
  }, 120_000);
  const waits = answers.filter(({ outcome }) => outcome === 'deferred');
  expect(waits).toHaveLength(1);
  const first = waits[0]!.signal.id;
  expect(answers.filter(({ joinedSignalId }) => joinedSignalId === first)).toHaveLength(299);
  await operate('thaw');
  await world.untilSettled(signals, 120_000);
  const final = (await world.decisions()).find(({ signal }) => signal.id === first);
  expect(final).toMatchObject({ outcome: 'admitted', reason: 'hold-over' });
  expect(await world.runs()).toHaveLength(1);
});
