/** A signal that sleeps, over the built application on the virtual clock: what wakes it is heard wherever it sleeps. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as df from 'durable-functions';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { offerSignal, signalInstanceId } from '../../../shared/dispatch/offer-signal.ts';
import { newModelState } from '../../../shared/domain/model-state.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { type Host, startHost } from '../durable/harness.ts';
import { startStorageAlone, temporaryFolder } from './local-services.ts';

let host: Host;
let settings: Readonly<Record<string, string>>;
const entity = new df.EntityId('model', 'tiny');

beforeAll(async () => {
  const home = temporaryFolder();
  const folder = join(home, 'models');
  mkdirSync(folder);
  const text = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  writeFileSync(join(folder, 'tiny.yaml'), text.replaceAll('spam-filter', 'tiny'));
  settings = { ...(await startStorageAlone()), RATCHET_MODELS_DIR: folder };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  host = await startHost({ appDirectory: process.cwd(), file: join(home, 'durable.db') });
  await host.client.signalEntity(entity, 'rebuild', { state: newModelState });
});
afterAll(() => host?.stop());

const now = () => new Date(host.clock.now()).toISOString();
const decisionOf = async (id: string) => (await createWiring(settings).ledger()).getDecision('tiny', id);
const operate = async (id: string, action: object): Promise<void> => {
  const input = { id, model: 'tiny', action, by: 'jane', reason: 'a better idea' };
  await host.client.startNew('operate', { instanceId: id, input });
  await host.settle();
  expect((await host.client.getStatus(id)).output).toMatchObject({ done: true });
};

it('a withdrawal is heard at once by a signal that waits for another try', async () => {
  const known = (await createWiring(settings).models()).get('tiny')!;
  // A duration that the schema refuses: once a run has ended, the cooldown is asked for, and admission breaks.
  const policy = { ...known.config.policy, cooldown: 'nonsense' };
  const pinned = { ...known, config: { ...known.config, policy } };
  const signal = {
    ...{ id: 'schedule:tiny:weekly', model: 'tiny', kind: 'schedule' as const, source: 'schedule' },
    ...{ observedAt: now(), summary: 'it is time', evidence: {} },
  };
  await operate('freeze', { action: 'freeze', until: null });
  await offerSignal(host.client as never, { signal, pinned });
  await host.settle();
  expect(await decisionOf(signal.id)).toMatchObject({ outcome: 'deferred', reason: 'freeze' });

  const lastRun = { runId: 'tiny-before', outcome: 'released', endedAt: now() };
  await host.client.signalEntity(entity, 'rebuild', { state: { ...newModelState, lastRun } });
  await host.client.raiseEvent(signalInstanceId(signal.id), 'reconsider', {});
  await host.settle();
  await host.pass(10 * 60_000);
  expect(await decisionOf(signal.id)).toMatchObject({ outcome: 'deferred', reason: 'internal-error' });

  const before = now();
  await operate('withdraw', { action: 'withdraw', signal: signal.id });
  expect(now()).toBe(before);
  expect(await decisionOf(signal.id)).toMatchObject({
    outcome: 'rejected',
    reason: 'withdrawn',
    decidedAt: before,
  });
});
