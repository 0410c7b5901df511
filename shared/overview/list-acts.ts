/** What answers a question in the inbox, and whether this visitor may: by their roles, and as things stand. Pure. */

import { allow, type Visitor } from '../access/visitor.ts';
import { operateModel } from '../admission/operate.ts';
import type { InboxAct } from '../domain/inbox.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { ModelAction, ReleaseAction } from '../domain/operation.ts';
import { accessOf } from '../operations/parse-operation.ts';
import type { TargetState } from '../release/transitions/state.ts';
import { tryOrder } from '../release/transitions/try-order.ts';

interface Asked {
  readonly visitor: Visitor;
  /** ISO 8601, UTC. */
  readonly at: string;
}

interface Offered<Action> {
  readonly action: Action;
  readonly does: string;
  readonly command: string;
}

export function modelAct(
  { visitor, at }: Asked,
  state: ModelState,
  { action, does, command }: Offered<ModelAction>,
): InboxAct {
  const { actor } = visitor;
  const refused = (): string | null => {
    const { done, sentence } = operateModel(state, action, {
      by: actor.name,
      actor,
      reason: 'tried',
      now: at,
    });
    return done ? null : sentence;
  };
  return { ...describe(action), does, command, whyNot: notAllowed(visitor, action) ?? refused() };
}

export function releaseAct(
  { visitor, at }: Asked,
  state: TargetState | null,
  { action, does, command }: Offered<ReleaseAction>,
): InboxAct {
  const refused = (): string | null =>
    state ? tryOrder(state, action, visitor.actor, at) : 'The state of its target cannot be read.';
  return { ...describe(action), does, command, whyNot: notAllowed(visitor, action) ?? refused() };
}

function notAllowed(visitor: Visitor, action: ModelAction | ReleaseAction): string | null {
  try {
    allow(visitor, accessOf(action));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** The fields of the body that orders it; who is in which team the platform says, not the body. */
function describe(action: ModelAction | ReleaseAction): Pick<InboxAct, 'action' | 'fields'> {
  const fields = Object.entries(action).filter(
    ([name, value]) => name !== 'action' && typeof value === 'string',
  );
  return { action: action.action, fields: Object.fromEntries(fields) as Record<string, string> };
}
