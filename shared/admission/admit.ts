/** A run starts: what it is recorded as, what it reserves, and whom it answers. Pure. */
import type { Budget } from '../config/policy-schema.ts';
import type { ModelState, Spent } from '../domain/model-state.ts';
import { isOfPerson } from '../domain/signal.ts';
import * as answer from './answers.ts';
import { dropOld, reserve } from './budget.ts';
import { addPendingDecision, union } from './pending.ts';
import type { PolicyAnswer, Question } from './question.ts';
import { addMs, durationMs } from './time.ts';
import { groupOf } from './wait.ts';

/** As many starts as `mostRuns.count` may ask for. */
const rememberStarts = 100;
/** No run is given up for dead sooner, whatever a model file of before there were bounds says. */
const shortestDeadlineMs = 600_000;

export function admit(state: ModelState, question: Question): PolicyAnswer {
  const { signal, runId, now, policy, isLeader, isNew, estimateHours = 0 } = question;
  const kind = signal.kind === 'registry' ? 'promote' : 'retrain';
  const absorbed = kind === 'promote' ? null : state.pending;
  const signals = union(groupOf(state, question), absorbed?.signals ?? []);
  const approved = isLeader ? state.pending?.approved : undefined;
  const reevaluates = state.kept !== undefined && !isOfPerson(signal) && kind === 'retrain';
  const { newData, dead, ...rest } = state;
  const next: ModelState = {
    ...rest,
    ...((kind === 'promote' || reevaluates) && newData && { newData }),
    pending: absorbed ? null : state.pending,
    live: {
      runId,
      signals,
      since: now,
      deadline: addMs(now, Math.max(2 * durationMs(policy.longestRun), shortestDeadlineMs)),
      kind,
      granted: true,
      ...(state.lastRun?.restart && { restarted: true }),
      ...(reevaluates && { reevaluates }),
      ...(dead && { after: dead }),
    },
    starts: [...(state.starts ?? []).slice(1 - rememberStarts), now],
    ...(policy.budget && {
      spent: book(state, policy.budget, { runId, computeHours: estimateHours, at: now }),
    }),
  };
  const admission = answer.admitted(runId, signals, { waited: !isNew, approved });
  const sleeper = absorbed?.signals[0];
  if (sleeper === undefined || sleeper === signal.id) return { admission, state: next };
  const fate = answer.joinedLive(next.live!);
  return {
    admission,
    state: addPendingDecision(next, { ...fate, outcome: 'coalesced', signal: sleeper }),
    wake: [sleeper],
  };
}

/** No other run of the model is live: what is not settled by now never will be, and stands as it was reserved. */
function book(state: ModelState, budget: Budget, entry: Omit<Spent, 'settled'>): readonly Spent[] {
  const current = dropOld(state.spent ?? [], budget.window, entry.at).map((known) => ({
    ...known,
    settled: true,
  }));
  return reserve(current, entry, budget.window);
}
