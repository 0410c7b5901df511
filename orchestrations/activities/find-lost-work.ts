/**
 * Compares what models and fleet believe to be under way with the orchestrations there are.
 *
 * A run is lost once neither its own orchestration nor that of the signal which started it is there to settle it. A
 * young run is left alone: between the entity's answer and the start of the orchestration there is none yet.
 */
import * as df from 'durable-functions';
import { findStalePlaces } from '../../shared/admission/fleet.ts';
import { unanswered } from '../../shared/admission/pending.ts';
import { isMissingInstance, statusOf } from '../../shared/dispatch/instances.ts';
import { signalInstanceId } from '../../shared/dispatch/offer-signal.ts';
import { findKnown } from '../../shared/dispatch/read-known-state.ts';
import { watchInstanceId } from '../../shared/dispatch/start-look.ts';
import { fleetEntity, jobNamesOf, modelEntity } from '../../shared/domain/durable-names.ts';
import { type FleetState, newFleetState } from '../../shared/domain/fleet-state.ts';
import type { ModelState } from '../../shared/domain/model-state.ts';
import { rowsAtOnce, sideBySide } from '../../shared/domain/side-by-side.ts';
import { RatchetError } from '../../shared/errors.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import type { LostWork } from '../steps.ts';

const youngMs = 10 * 60_000;

defineStep(
  'find-lost-work',
  async ({ now }, context): Promise<LostWork> => {
    const client = df.getClient(context);
    const before = new Date(Date.parse(now) - youngMs).toISOString();
    await requireHub(client);
    const fleetEntityState = await client.readEntityState<FleetState>(new df.EntityId(fleetEntity, 'fleet'));
    const fleet = fleetEntityState.entityState ?? newFleetState;
    const states = await readStates(client, fleet);
    const lost = await sideBySide(states, rowsAtOnce, async ([model, state]) => {
      try {
        return await findLost(client, model, state, before);
      } catch (error) {
        // A broken state is its own model's matter; a hub or ledger that is away is everybody's, and asked again.
        if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
        context.error(`the state of model ${model} cannot be read: ${error.message}`);
        return { runs: [], signals: [], dead: [] };
      }
    });
    const known = new Set(states.map(([model]) => model));
    const stateless = [...(await wiring.models()).keys()].filter((model) => !known.has(model));
    const fresh = await findKnown(stateless);
    const live = new Map(states.map(([model, state]) => [model, state.live?.runId ?? null]));
    return {
      runs: lost.flatMap(({ runs }) => runs),
      signals: lost.flatMap(({ signals }) => signals),
      dead: lost.flatMap(({ dead }) => dead),
      fresh: [...fresh],
      isFleetFresh: !fleetEntityState.entityState,
      places: findStalePlaces(fleet, live, before),
    };
  },
  { extraInputs: [df.input.durableClient()] },
);

/** A hub that does not know the very orchestration that asks knows none: nothing is lost for that. */
async function requireHub(client: df.DurableClient): Promise<void> {
  if (await statusOf(client, watchInstanceId)) return;
  throw new RatchetError(
    'azure-unavailable',
    `the task hub does not know orchestration ${watchInstanceId}, which asks it`,
  );
}

/** A model whose file was deleted is among them while a run of it holds a place. */
async function readStates(client: df.DurableClient, { places }: FleetState): Promise<[string, ModelState][]> {
  const { names } = await wiring.modelFiles();
  const models = new Set([...names, ...places.map(({ model }) => model)]);
  const read = await sideBySide(models, rowsAtOnce, async (model): Promise<[string, ModelState][]> => {
    const { entityState } = await client.readEntityState<ModelState>(new df.EntityId(modelEntity, model));
    return entityState ? [[model, entityState]] : [];
  });
  return read.flat();
}

async function findLost(
  client: df.DurableClient,
  model: string,
  state: ModelState,
  before: string,
): Promise<Pick<Required<LostWork>, 'runs' | 'signals' | 'dead'>> {
  const signals: LostWork['signals'][number][] = [];
  for (const signal of unanswered(state)) {
    const isYoung = state.answered.some(({ id, at }) => id === signal && at > before);
    if (!isYoung && (await endOf(client, signalInstanceId(signal))) !== null) signals.push({ model, signal });
  }
  const { live } = state;
  const dead = (state.dead ?? []).map((runId) => ({ model, runId, jobs: jobNamesOf(runId) }));
  if (!live || live.since > before) return { runs: [], signals, dead };
  const run = await endOf(client, live.runId);
  const [first] = live.signals;
  // A broken glass has no signal: nothing else is there to settle it.
  const parent = first === undefined ? 'not there' : await endOf(client, signalInstanceId(first));
  if (run === null || parent === null) return { runs: [], signals, dead };
  const row = await (await wiring.ledger()).getRun(live.runId);
  const why = `its orchestration is ${run}, and that of signal ${first ?? '(none)'} is ${parent}`;
  const jobs = [...(live.after ?? []), live.runId].flatMap(jobNamesOf);
  return { runs: [{ model, runId: live.runId, why, run: row, jobs }], signals, dead };
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
