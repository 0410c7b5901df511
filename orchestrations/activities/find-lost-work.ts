/**
 * Compares what models and fleet believe to be under way with the orchestrations there are.
 *
 * A run is lost once neither its own orchestration nor that of the signal which started it is there to settle it. A
 * young run is left alone: between the entity's answer and the start of the orchestration there is none yet.
 */
import * as df from 'durable-functions';
import { findStalePlaces } from '../../shared/admission/fleet.ts';
import { unanswered } from '../../shared/admission/pending.ts';
import { isMissingInstance } from '../../shared/dispatch/instances.ts';
import { signalInstanceId } from '../../shared/dispatch/offer-signal.ts';
import { isKnown } from '../../shared/dispatch/read-known-state.ts';
import { fleetEntity, jobNamesOf, modelEntity } from '../../shared/domain/durable-names.ts';
import { type FleetState, newFleetState } from '../../shared/domain/fleet-state.ts';
import type { ModelState } from '../../shared/domain/model-state.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import type { LostWork } from '../steps.ts';

const youngMs = 10 * 60_000;

defineStep(
  'find-lost-work',
  async ({ now }, context): Promise<LostWork> => {
    const client = df.getClient(context);
    const before = new Date(Date.parse(now) - youngMs).toISOString();
    const states = await readStates(client);
    const lost = await Promise.all(states.map(([model, state]) => findLost(client, model, state, before)));
    const fleet = await client.readEntityState<FleetState>(new df.EntityId(fleetEntity, 'fleet'));
    const known = new Set(states.map(([model]) => model));
    const stateless = [...(await wiring.models()).keys()].filter((model) => !known.has(model));
    const isFresh = await Promise.all(stateless.map(isKnown));
    const live = new Map(states.map(([model, state]) => [model, state.live?.runId ?? null]));
    return {
      runs: lost.flatMap(({ runs }) => runs),
      signals: lost.flatMap(({ signals }) => signals),
      fresh: stateless.filter((_, index) => isFresh[index]),
      isFleetFresh: !fleet.entityState,
      places: findStalePlaces(fleet.entityState ?? newFleetState, live, before),
    };
  },
  { extraInputs: [df.input.durableClient()] },
);

async function readStates(client: df.DurableClient): Promise<[string, ModelState][]> {
  const { names: models } = await wiring.modelFiles();
  const read = models.map(async (model): Promise<[string, ModelState][]> => {
    const { entityState } = await client.readEntityState<ModelState>(new df.EntityId(modelEntity, model));
    return entityState ? [[model, entityState]] : [];
  });
  return (await Promise.all(read)).flat();
}

async function findLost(
  client: df.DurableClient,
  model: string,
  state: ModelState,
  before: string,
): Promise<Pick<LostWork, 'runs' | 'signals'>> {
  const signals: LostWork['signals'][number][] = [];
  for (const signal of unanswered(state)) {
    const isYoung = state.answered.some(({ id, at }) => id === signal && at > before);
    if (!isYoung && (await endOf(client, signalInstanceId(signal))) !== null) signals.push({ model, signal });
  }
  const { live } = state;
  if (!live || live.since > before) return { runs: [], signals };
  const run = await endOf(client, live.runId);
  const [first] = live.signals;
  // A broken glass has no signal: nothing else is there to settle it.
  const parent = first === undefined ? 'not there' : await endOf(client, signalInstanceId(first));
  if (run === null || parent === null) return { runs: [], signals };
  const row = await (await wiring.ledger()).getRun(live.runId);
  const why = `its orchestration is ${run}, and that of signal ${first ?? '(none)'} is ${parent}`;
  return { runs: [{ model, runId: live.runId, why, run: row, jobs: jobNamesOf(live.runId) }], signals };
}

/** How an orchestration ended, in words; null while it goes on. */
async function endOf(client: df.DurableClient, instanceId: string): Promise<string | null> {
  try {
    const { runtimeStatus } = await client.getStatus(instanceId);
    const ends: Readonly<Record<string, string>> = {
      Completed: 'completed',
      Failed: 'failed',
      Terminated: 'terminated',
      Canceled: 'cancelled',
    };
    return ends[String(runtimeStatus)] ?? null;
  } catch (error) {
    if (isMissingInstance(error)) return 'gone';
    throw error;
  }
}
