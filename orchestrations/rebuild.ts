/**
 * Makes an entity's state anew from ledger and registry.
 *
 * Owns: that the facts are read, again and again while ledger or registry is unavailable, before the entity has a state.
 * Does not own: what the state is made of (shared/admission/rebuild-model.ts, rebuild-fleet.ts).
 *
 * Invariant: repeating it, or two at once, changes nothing more: the entity takes only what it lacks.
 */
import * as df from 'durable-functions';
import type { RebuiltChange } from '../shared/admission/merge-rebuilt.ts';
import { fleetEntity, modelEntity } from '../shared/domain/durable-names.ts';
import { callEntity } from './call-entity.ts';
import { afterwards } from './insist.ts';
import { now, takeStep } from './take-step.ts';

export interface Rebuilt {
  readonly changes: readonly RebuiltChange[];
}

export function* rebuildModel(
  context: df.OrchestrationContext,
  model: string,
): Generator<df.Task, Rebuilt, unknown> {
  const state = yield* takeStep(context, 'rebuild-model', { model, now: now(context) });
  const entity = new df.EntityId(modelEntity, model);
  const rebuilt = yield* callEntity<Rebuilt>(context, entity, 'rebuild', { state });
  // One that an orchestration still carries is left to it.
  for (const signal of state.waiting ?? []) {
    yield* afterwards(context, `reviving signal ${signal}`, () =>
      takeStep(context, 'revive-signal', { model, signal }),
    );
  }
  return rebuilt;
}

export function* rebuildFleet(context: df.OrchestrationContext): Generator<df.Task, Rebuilt, unknown> {
  const state = yield* takeStep(context, 'rebuild-fleet', { now: now(context) });
  return yield* callEntity<Rebuilt>(context, new df.EntityId(fleetEntity, 'fleet'), 'rebuild', { state });
}
