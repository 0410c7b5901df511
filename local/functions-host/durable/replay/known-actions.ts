/**
 * The actions an orchestration has returned so far, beside the list its function returns now.
 *
 * A function returns its whole list each turn, and the list only grows: what was in it before is looked at, not walked
 * again. Looked at closely enough to see a timer cancelled meanwhile, and code that contradicts itself.
 */
import { type Action, ActionType } from '../orchestrator-result.ts';

type CreateTimer = Extract<Action, { actionType: typeof ActionType.CreateTimer }>;

/**
 * Calls `canceled` for each timer of `known` that `now` has cancelled, after marking it so. Returns false when `now`
 * does not begin with what is known.
 */
export function compareActions(
  known: readonly Action[],
  now: readonly Action[],
  canceled: (timer: CreateTimer) => void,
): boolean {
  if (now.length < known.length) return false;
  return known.every((action, index) => compareAction(action, now[index] as Action, canceled));
}

function compareAction(known: Action, now: Action, canceled: (timer: CreateTimer) => void): boolean {
  switch (known.actionType) {
    case ActionType.CallActivity:
    case ActionType.CallActivityWithRetry:
    case ActionType.CallSubOrchestrator:
    case ActionType.CallSubOrchestratorWithRetry:
      return now.actionType === known.actionType && now.functionName === known.functionName;
    case ActionType.CallEntity:
    case ActionType.SignalEntity:
      return now.actionType === known.actionType && now.instanceId === known.instanceId;
    case ActionType.WaitForExternalEvent:
      return now.actionType === known.actionType && now.externalEventName === known.externalEventName;
    case ActionType.WhenAll:
    case ActionType.WhenAny:
      return (
        now.actionType === known.actionType &&
        now.compoundActions.length === known.compoundActions.length &&
        compareActions(known.compoundActions, now.compoundActions, canceled)
      );
    case ActionType.CreateTimer:
      if (now.actionType !== known.actionType) return false;
      if (now.isCanceled && !known.isCanceled) {
        known.isCanceled = true;
        canceled(known);
      }
      return true;
    default:
      return now.actionType === known.actionType;
  }
}
