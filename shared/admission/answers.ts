/** The answers admission gives, in words: each with what would have changed it. */
import type { Admission } from '../domain/decision.ts';
import type { AnsweredSignal, ModelState } from '../domain/model-state.ts';
import type { Hold } from './holds.ts';

type Live = NonNullable<ModelState['live']>;
type Pending = NonNullable<ModelState['pending']>;

const nothing = { changedBy: '', runId: null, offerAgainAt: null, signals: [], freedRunId: null } as const;

export function admitted(runId: string, signals: readonly string[], waited: boolean): Admission {
  const others = signals.length === 1 ? '' : ` together with ${signals.length - 1} more`;
  const why = waited
    ? 'what held it is over and no run is under way'
    : 'no run is under way and nothing holds it';
  return {
    ...nothing,
    outcome: 'admitted',
    reason: waited ? 'hold-over' : 'idle',
    sentence: `Admitted${others}: ${why}. It starts run ${runId}.`,
    runId,
    signals,
  };
}

export function joinedLive(live: Live): Admission {
  return {
    ...nothing,
    outcome: 'coalesced',
    reason: 'run-live',
    sentence: `Joined run ${live.runId}, under way since ${live.since}: one run at a time for a model.`,
    changedBy: `Admissible once run ${live.runId} has ended and the cooldown after it is over.`,
    runId: live.runId,
  };
}

export function afterLive(live: Live, offerAgainAt: string): Admission {
  return {
    ...nothing,
    outcome: 'deferred',
    reason: 'run-live',
    sentence: `Waits for run ${live.runId}, under way since ${live.since}: one run at a time for a model.`,
    changedBy: `Admissible once run ${live.runId} has ended.`,
    offerAgainAt,
  };
}

export function joinedPending(pending: Pending): Admission {
  return {
    ...nothing,
    outcome: 'coalesced',
    reason: 'wait-pending',
    sentence: `Joined signal ${pending.signals[0]}, which waits until ${pending.until}: one run will answer both.`,
    changedBy: `Admissible from ${pending.until}, together with the signal it joined.`,
  };
}

export function held({ reason, until, because }: Hold): Admission {
  return {
    ...nothing,
    outcome: 'deferred',
    reason,
    sentence: `Waits until ${until}: ${because}.`,
    changedBy: `Admissible from ${until}.`,
    offerAgainAt: until,
  };
}

export function frozenOut({ reason, until, because }: Hold): Admission {
  return {
    ...nothing,
    outcome: 'rejected',
    reason,
    sentence: `Rejected: ${because}, and turns signals away.`,
    changedBy: `A signal that comes from ${until} on.`,
  };
}

export function breakerOpen(unsuccessful: number): Admission {
  return {
    ...nothing,
    outcome: 'rejected',
    reason: 'breaker',
    sentence: `Rejected: the last ${unsuccessful} runs released nothing, and the breaker is open.`,
    changedBy: 'A run that a person asks for and that releases a version closes the breaker.',
  };
}

export function observed(runId: string): Admission {
  return {
    ...nothing,
    outcome: 'rejected',
    reason: 'observed',
    sentence: `Would have been admitted as run ${runId}, but the mode is observe.`,
    changedBy: 'Mode auto in the model file, or a manual request.',
  };
}

export function off(): Admission {
  return {
    ...nothing,
    outcome: 'rejected',
    reason: 'off',
    sentence: 'Rejected: the mode is off.',
    changedBy: 'Mode auto or observe in the model file.',
  };
}

export function repeated(before: AnsweredSignal): Admission {
  return {
    ...nothing,
    outcome: before.outcome,
    reason: before.reason,
    sentence: `Answered before, at ${before.at}: ${before.outcome} (${before.reason}).`,
    runId: before.runId,
  };
}
