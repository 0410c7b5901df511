/**
 * What an operator's word does to a model's state. Pure.
 *
 * An operation that finds nothing to do says so and changes nothing: repeating one does no harm.
 */
import type { Actor } from '../domain/actor.ts';
import { runOfGlass } from '../domain/broken-glass.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { ModelAction } from '../domain/operation.ts';
import type { Word } from '../domain/word.ts';
import { answerRun } from './answer-run.ts';
import { breakGlass } from './break-glass.ts';
import { mendTimes } from './mend-times.ts';
import { done, type Operated, refuse } from './operated.ts';
import { addPendingDecision, endPending, signalsAtMost } from './pending.ts';
import { isoOf } from './time.ts';

export interface OperatorWord {
  readonly by: string;
  readonly actor?: Actor;
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly now: string;
}

const frozenAtMost = 20;

export function operateModel(before: ModelState, action: ModelAction, word: OperatorWord): Operated {
  const state = mendTimes(before, word.now);
  const { now, ...said } = word;
  const by: Word = { ...said, at: now };
  switch (action.action) {
    case 'freeze':
      return freeze(state, action.until, by);
    case 'thaw':
      return thaw(state, by);
    case 'set-mode':
      return setMode(state, action.mode, by);
    case 'approve':
      return approve(state, by);
    case 'withdraw':
      return withdraw(state, action.signal, by);
    case 'cancel-run':
      return cancelRun(state, action.runId, by);
    case 'accept-run':
      return answerRun(state, action.runId, true, by);
    case 'refuse-run':
      return answerRun(state, action.runId, false, by);
    case 'break-glass':
      return breakGlass(state, action.runId, by);
  }
}

function freeze(state: ModelState, until: string | null, by: Word): Operated {
  const end = until === null ? null : isoOf(Date.parse(until));
  if (end !== null && end <= by.at) {
    return refuse(state, `Nothing is frozen: until is ${until}, and it is ${by.at}; give a later time.`);
  }
  const inForce = stillFrozen(state, by.at);
  const frozen = keepFrozen([...inForce, { ...by, until: end }]);
  const when = end === null ? 'until somebody thaws it' : `until ${end}`;
  return { ...done({ ...state, frozen }, `Frozen ${when}: no run starts, whoever requests it.`), wake: [] };
}

function thaw(state: ModelState, by: Word): Operated {
  const inForce = stillFrozen(state, by.at);
  if (inForce.length === 0) {
    return refuse(
      state,
      'Nothing to thaw: no operator has frozen the model. Freezes of the model file end in the file.',
    );
  }
  const thawed = inForce.map((frozen) => `the freeze by ${frozen.by} of ${frozen.at}`);
  return done({ ...state, frozen: [] }, `Thawed: ${thawed.join(', ')}.`);
}

/** The one that lasts longest is the last: of too many the first to end are dropped, which shortens nothing. */
export function keepFrozen(frozen: NonNullable<ModelState['frozen']>): NonNullable<ModelState['frozen']> {
  const endOf = ({ until }: (typeof frozen)[number]): string => until ?? '~';
  const sorted = frozen.toSorted((a, b) => (endOf(a) < endOf(b) ? -1 : endOf(a) > endOf(b) ? 1 : 0));
  return sorted.slice(-frozenAtMost);
}

function stillFrozen(state: ModelState, now: string): NonNullable<ModelState['frozen']> {
  return (state.frozen ?? []).filter(({ until }) => until === null || until > now);
}

function setMode(
  state: ModelState,
  mode: Extract<ModelAction, { action: 'set-mode' }>['mode'],
  by: Word,
): Operated {
  const { mode: before, ...rest } = state;
  if (mode === 'file') {
    if (!before) return refuse(state, 'Nothing to give back: the mode is that of the model file.');
    return done(
      rest,
      `The mode is that of the model file again; it was ${before.mode}, set by ${before.by}.`,
    );
  }
  return done({ ...rest, mode: { ...by, mode } }, `The mode is ${mode}, whatever the model file says.`);
}

function approve(state: ModelState, by: Word): Operated {
  const { pending } = state;
  if (pending?.suggestedUntil === undefined || pending.suggestedUntil <= by.at) {
    return refuse(state, 'Nothing to approve: no suggested run waits for approval.');
  }
  if (pending.approved) {
    return refuse(state, `Approved before, by ${pending.approved.by} at ${pending.approved.at}.`);
  }
  const next = { ...state, pending: { ...pending, approved: by } };
  return done(
    next,
    `Approved: the run of signal ${pending.signals[0]} starts unless a freeze, the rate or a budget blocks it.`,
  );
}

function withdraw(state: ModelState, signal: string | null, by: Word): Operated {
  const fate = {
    outcome: 'rejected',
    reason: 'withdrawn',
    sentence: `Rejected: ${by.by} withdrew it at ${by.at} (${by.reason}).`,
    changedBy: 'A new signal, or a manual request.',
    runId: null,
  } as const;
  const { pending, waiting = [], requested = [] } = state;
  if (pending && (signal === null || pending.signals[0] === signal)) {
    const count = pending.signals.length;
    const what =
      count === 1 ? `signal ${pending.signals[0]}` : `${count} signals, ${pending.signals[0]} the first`;
    return { ...done(endPending(state, fate), `Withdrawn: ${what}.`), wake: pending.signals.slice(0, 1) };
  }
  if (signal !== null && waiting.includes(signal)) {
    const { requested: group, ...rest } = state;
    const isFirst = group?.[0] === signal;
    const alone = isFirst || group === undefined ? rest : { ...rest, requested: group };
    const next = addPendingDecision(
      { ...alone, waiting: waiting.filter((id) => id !== signal) },
      { signal, ...fate },
    );
    const others = isFirst && group.length > 1 ? `, and the ${group.length - 1} that joined it` : '';
    return { ...done(next, `Withdrawn: signal ${signal}${others}.`), wake: [signal] };
  }
  if (signal !== null && pending?.signals.includes(signal)) {
    const signals = pending.signals.filter((id) => id !== signal);
    const causes = (pending.causes ?? []).filter((known) => known.signal !== signal);
    const next = { ...state, pending: { ...pending, signals, ...(pending.causes && { causes }) } };
    return leftGroup(next, signal, pending.signals[0]!);
  }
  if (signal !== null && requested.includes(signal)) {
    const next = { ...state, requested: requested.filter((id) => id !== signal) };
    return leftGroup(next, signal, requested[0]!);
  }
  return refuse(state, `Nothing to withdraw: ${describeWaiting(state, signal)}`);
}

/** It has its answer already, that it joined another: only the run will not answer it. */
function leftGroup(state: ModelState, signal: string, first: string): Operated {
  return {
    ...done(state, `Withdrawn: signal ${signal}. Signal ${first}, which it joined, still waits.`),
    wake: [],
  };
}

function describeWaiting(state: ModelState, signal: string | null): string {
  const { pending, waiting = [], requested = [] } = state;
  const what = signal === null ? 'no signal waits.' : `signal ${signal} does not wait by itself.`;
  const full = [pending?.signals ?? [], requested].filter(({ length }) => length >= signalsAtMost);
  const joined = full.map(([first]) => ` It may be one of the many that joined ${first}: withdraw that one.`);
  const others = waiting.length > 0 ? ` Requests of people wait by themselves: ${waiting.join(', ')}.` : '';
  return `${what}${signal === null ? '' : joined.join('')}${others}`;
}

function cancelRun(state: ModelState, runId: string, by: Word): Operated {
  const { live } = state;
  const isMeant = live?.runId === runId || (live?.breaksGlass && runOfGlass(live.runId) === runId);
  if (!live || !isMeant) {
    const now = live ? `run ${runOfGlass(live.runId)} is under way` : 'no run is under way';
    return refuse(state, `Nothing to cancel: run ${runId} is not under way; ${now}.`);
  }
  if (live.breaksGlass)
    return refuse(state, 'Nothing to cancel: an override that has begun takes its course.');
  if (live.cancel) {
    // The run is told again: it may not have begun when it was first.
    const sentence = `Being cancelled since ${live.cancel.at}, by ${live.cancel.by}.`;
    return { ...refuse(state, sentence), cancelRunId: runId };
  }
  const next = { ...state, live: { ...live, cancel: by } };
  return { ...done(next, `Run ${runId} is being cancelled.`), wake: [], cancelRunId: runId };
}
