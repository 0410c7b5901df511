/** Reads what a model's policy is asked with: its state and that of the fleet. */
import { describeFleet } from '../admission/place-request.ts';
import type { PinnedModel } from '../config/schema.ts';
import { askTogether } from '../dispatch/ask-together.ts';
import { readClock } from '../dispatch/read-clock.ts';
import { readKnownFleet, readLostState } from '../dispatch/read-known-state.ts';
import type { Advice } from '../domain/advice.ts';
import { fleetEntity } from '../domain/durable-names.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import { newModelState } from '../domain/model-state.ts';
import type { PolicyWords } from '../domain/policy-words.ts';
import { wiring } from '../wiring.ts';
import { findOutlook } from './outlook.ts';
import { describePolicy } from './policy-words.ts';
import { readAdvice } from './read-advice.ts';
import { type EntityReader, readStates } from './read-states.ts';
import { tellTogether } from './tell-together.ts';

type Client = EntityReader & Parameters<typeof readClock>[0];

export async function readPolicy(client: Client, pinned: PinnedModel): Promise<PolicyWords> {
  const { config } = pinned;
  const { model } = config;
  const { ModelConfigSchema } = await import('../config/schema.ts');
  const { data, training, evaluation, gates, release } = pinned.config;
  const least = {
    model,
    data: { path: data.path },
    training,
    evaluation,
    gates,
    release: { stages: release.stages },
  };
  // What needs a target cannot stand without one: such a file has no defaults to compare with.
  const defaults = ModelConfigSchema.safeParse(least).data ?? pinned.config;
  const [at, states, fleet, policy, models, together] = await Promise.all([
    readClock(client),
    readStates(client, [model]),
    client.readEntityState<FleetState>({ name: fleetEntity, key: 'fleet' }),
    wiring.fleet().catch(() => null),
    wiring.models(),
    askTogether().catch(() => null),
  ]);
  const state = states.get(model) ?? (await readLostState(model, at)) ?? newModelState;
  const fleetState = fleet.entityState ?? (await readKnownFleet(at));
  const advice =
    config.policy.advice === 'off'
      ? null
      : await readAdvice(await wiring.ledger(), pinned, state, at).catch((error: unknown) =>
          notRead(error, at),
        );
  return {
    model,
    at,
    advice,
    configHash: pinned.configHash,
    sentences: [...describePolicy(pinned.config, defaults), ...tellTogether(config, together)],
    outlook: findOutlook({
      pinned,
      state,
      fleet: { state: fleetState, asked: describeFleet(policy, models.keys()) },
      at,
    }),
  };
}

/** The rest of the page stands without it. */
function notRead(error: unknown, at: string): Advice {
  const why = error instanceof Error ? error.message : String(error);
  const sentence = `It cannot be said whether retraining pays: what is known of the model cannot be read: ${why}.`;
  return { answer: 'cannot-say', at, sentence, terms: [] };
}
