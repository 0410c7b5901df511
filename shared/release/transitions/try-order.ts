import type { Actor } from '../../domain/actor.ts';
import type { ReleaseAction as Order } from '../../domain/operation.ts';
import { operateRelease } from './operate-release.ts';
import type { TargetState } from './state.ts';

/** Why a person's order would be refused as things stand; null: it would be taken. Nothing is changed. */
export function tryOrder(state: TargetState, order: Order, actor: Actor, at: string): string | null {
  const word = { by: actor.name, actor, reason: 'tried', at };
  const { done, sentence } = operateRelease(state, { order, word });
  return done ? null : sentence;
}
