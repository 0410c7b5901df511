import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Decision } from '../../shared/domain/decision.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const requests = 10_000;
/** As many callers wait for their answers at a time. */
const callers = 32;
const limitMs = 900_000;

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
    body: JSON.stringify({ action, reason: 'the test says so' }),
  });
  expect(status).toBeLessThan(300);
}

/** Answers the signal ids. */
async function requestAll(): Promise<ReadonlySet<string>> {
  const signals = new Set<string>();
  let next = 0;
  const call = async (): Promise<void> => {
    while (next < requests) signals.add(await world.requestRun(`request-${next++}`));
  };
  await Promise.all(Array.from({ length: callers }, call));
  return signals;
}

async function allDecisions(): Promise<readonly Decision[]> {
  const found: Decision[] = [];
  for (let more = ''; ; ) {
    const { body } = await world.ask(`decisions?limit=1000${more}`);
    const page = body as { decisions: readonly Decision[]; continuation?: string };
    found.push(...page.decisions);
    if (page.continuation === undefined) return found;
    more = `&continuation=${encodeURIComponent(page.continuation)}`;
  }
}

/** Nothing of the host is under way: before, the ledger need not be asked. */
const untilIdle = () =>
  throughOutages(async () => {
    const clock = await fetch(`${world.controls()[1]}/clock`);
    return ((await clock.json()) as { busy: number }).busy === 0 || undefined;
  }, limitMs);

/** Admissions that have not ended. */
async function asleep(): Promise<readonly string[]> {
  const path = `${world.hostUrl}/runtime/webhooks/durabletask/instances?runtimeStatus=Running,Pending&top=100`;
  const found = (await (await fetch(path)).json()) as { name: string; instanceId: string }[];
  return found.filter(({ name }) => name === 'admit-signal').map(({ instanceId }) => instanceId);
}

it(
  `answers ${requests} requests through a freeze: the first waits for all, and one run answers them`,
  async () => {
    await operate('freeze');
    const signals = await requestAll();
    expect(signals.size).toBe(requests);
    await untilIdle();
    const answers = await throughOutages(async () => {
      const found = await allDecisions();
      return found.length >= requests ? found : undefined;
    }, limitMs);
    expect(new Set(answers.map(({ signal }) => signal.id))).toEqual(signals);
    expect(answers).toHaveLength(requests);
    const waits = answers.filter(({ outcome }) => outcome === 'deferred');
    expect(waits).toHaveLength(1);
    const first = waits[0]!.signal.id;
    const joined = answers.filter(({ outcome }) => outcome === 'coalesced');
    expect(joined.filter(({ joinedSignalId }) => joinedSignalId === first)).toHaveLength(requests - 1);
    await throughOutages(async () => (await asleep()).length === 1 || undefined);

    await operate('thaw');
    const run = await throughOutages(async () =>
      (await world.runs()).find(({ outcome }) => outcome !== null),
    );
    await throughOutages(async () => (await asleep()).length === 0 || undefined);
    const { body } = await world.ask(`decisions/${encodeURIComponent(first)}`);
    expect(body).toMatchObject({ decision: { outcome: 'admitted', reason: 'hold-over', runId: run.runId } });
    expect(await world.runs()).toHaveLength(1);
  },
  limitMs,
);
