/** The answers admission gives, in words: each with what would have changed it. */
import { runOfGlass } from '../domain/broken-glass.ts';
import type { Admission, ReasonCode } from '../domain/decision.ts';
import type { ModelState, Pending, PendingDecision, RememberedSignal } from '../domain/model-state.ts';
import { counted } from '../domain/plural.ts';
import type { Block } from './blocks.ts';

type Live = NonNullable<ModelState['live']>;

const nothing = { changedBy: '', runId: null, offerAgainAt: null, signals: [], freedRunId: null } as const;

interface AdmittedBecause {
  readonly waited: boolean;
  readonly approved: Pending['approved'];
}

export function admitted(
  runId: string,
  signals: readonly string[],
  { waited, approved }: AdmittedBecause,
): Admission {
  const others = signals.length === 1 ? '' : ` together with ${signals.length - 1} more`;
  const why = approved
    ? `${approved.by} approved it at ${approved.at} (${approved.reason})`
    : waited
      ? 'what blocked it is over and no run is under way'
      : 'no run is under way and nothing blocks it';
  return {
    ...nothing,
    outcome: 'admitted',
    reason: approved ? 'approved' : waited ? 'hold-over' : 'idle',
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
    sentence: `Joined run ${runOfGlass(live.runId)}, under way since ${live.since}: one run at a time for a model.`,
    changedBy: `Admissible once run ${runOfGlass(live.runId)} has ended and the cooldown after it is over.`,
    runId: live.runId,
  };
}

export function afterLive(live: Live, offerAgainAt: string): Admission {
  return {
    ...nothing,
    outcome: 'deferred',
    reason: 'run-live',
    sentence: `Waits for run ${runOfGlass(live.runId)}, under way since ${live.since}: one run at a time for a model.`,
    changedBy: `Admissible once run ${runOfGlass(live.runId)} has ended.`,
    offerAgainAt,
  };
}

export function insteadOfLive(live: Live, offerAgainAt: string): Admission {
  return {
    ...nothing,
    outcome: 'deferred',
    reason: 'restart',
    sentence: `Waits for the end of run ${runOfGlass(live.runId)}, under way since ${live.since}, which is cancelled for it.`,
    changedBy: `Admissible once run ${runOfGlass(live.runId)} has ended.`,
    offerAgainAt,
  };
}

export function besideLive(live: Live): Admission {
  return {
    ...nothing,
    outcome: 'rejected',
    reason: 'run-live',
    sentence: `Rejected: run ${runOfGlass(live.runId)} is under way since ${live.since}, and the policy rejects signals meanwhile.`,
    changedBy: `A signal that comes once run ${runOfGlass(live.runId)} has ended.`,
  };
}

export function joinedPending(pending: Pending): Admission {
  return {
    ...nothing,
    outcome: 'coalesced',
    reason: 'wait-pending',
    sentence: `Joined signal ${pending.signals[0]}, which waits until ${pending.until}: one run will serve both.`,
    changedBy: `Admissible from ${pending.until}, together with the signal it joined.`,
    joinedSignalId: pending.signals[0]!,
  };
}

export function joinedRequest(first: string): Admission {
  return {
    ...nothing,
    outcome: 'coalesced',
    reason: 'wait-pending',
    sentence: `Joined request ${first}, which waits already: one run will serve both.`,
    changedBy: 'Admissible together with the request it joined.',
    joinedSignalId: first,
  };
}

export function tooManyVersions(most: number): Admission {
  return rejected(
    'queue-full',
    `${most} versions registered by hand wait to be judged, and each needs a run of its own`,
    'Fewer that wait: withdraw some, then register the version again under another number, or request a run.',
  );
}

/** Confirming or admitting the signal has failed: a fault of Ratchet or of what it asks, never of the signal. */
export function describeFailure({
  message,
  times,
  again,
}: {
  readonly message: string;
  readonly times: number;
  readonly again: string | null;
}): Admission {
  const why = `it could not be decided: ${message}`;
  if (again === null) {
    const changedBy =
      'A new signal, once what failed is mended: the log of the service says where it failed.';
    return rejected('internal-error', `${why}. It was tried ${counted(times, 'time')}`, changedBy);
  }
  return waits('internal-error', again, why, 'Decided once what failed is mended.');
}

export function held({ reason, until, because, endedBy }: Block): Admission {
  return waits(reason, until, because(), endedBy ?? `Admissible from ${until}.`);
}

/** Any other wait: `reason` with its numbers, until when it lasts at most, and what ends it. */
export function waits(reason: ReasonCode, until: string, because: string, changedBy: string): Admission {
  return {
    ...nothing,
    outcome: 'deferred',
    reason,
    sentence: `Waits until ${until}: ${because}.`,
    changedBy,
    offerAgainAt: until,
  };
}

/** Any other rejection. */
export function rejected(reason: ReasonCode, because: string, changedBy: string): Admission {
  return { ...nothing, outcome: 'rejected', reason, sentence: `Rejected: ${because}.`, changedBy };
}

export function frozenOut({ until, because }: Block): Admission {
  return rejected('freeze', `${because()}, and rejects signals`, `A signal that comes from ${until} on.`);
}

export function breakerOpen(unsuccessful: number): Admission {
  return rejected(
    'breaker',
    `${unsuccessful === 1 ? 'the last run' : `the last ${unsuccessful} runs`} released nothing, and the breaker is open`,
    'A run that a person requests and that releases a version closes the breaker.',
  );
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

export function off(by: string | undefined): Admission {
  const because = by === undefined ? 'the mode is off' : `the mode is off (set by ${by})`;
  return rejected('off', because, 'Mode auto, suggest or observe.');
}

export function decidedBefore({ outcome, reason, sentence, changedBy, runId }: PendingDecision): Admission {
  return { ...nothing, outcome, reason, sentence, changedBy, runId };
}

export function repeated(before: RememberedSignal): Admission {
  return {
    ...nothing,
    outcome: before.outcome,
    reason: before.reason,
    sentence: `Decided before, at ${before.at}: ${before.outcome} (${before.reason}).`,
    runId: before.runId,
  };
}
