/**
 * One phase's job, and where it fails for a reason that may pass, the jobs that take its place.
 *
 * Owns: the pause between two attempts, what is said of it, and that a freeze and the kill switch hold the next one.
 * Does not own: whether there is another one (plan-attempt), one job (run-job).
 *
 * Invariants
 * 1. An attempt is submitted under a name of its own once the workspace has said that the one before it ended.
 * 2. It is in the ledger that an attempt failed, and why, before the next one is submitted.
 * 3. A cancellation is heard in the pause, and nothing is submitted after it.
 */
import type * as df from 'durable-functions';
import { hasParts, sharedTimeout } from '../shared/admission/attempt-timeout.ts';
import { planAttempt } from '../shared/admission/plan-attempt.ts';
import { parseDurationMs } from '../shared/config/duration.ts';
import type { JobAttempt } from '../shared/domain/job-attempt.ts';
import { jobNameOf } from '../shared/domain/job-name.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { askFleet, askModel } from './ask-model.ts';
import { sleepUntil } from './patience.ts';
import { jobConfigOf, runJob } from './run-job.ts';
import { note, type RunWalk, tellWaiting } from './run-walk.ts';
import type { JobState } from './steps.ts';
import { now } from './take-step.ts';

/** The end of the last attempt, which one it was, and why there is no further one (empty: nothing is to be said). */
export type LastAttempt = JobState & { readonly attempt: number; readonly why: string };

/** How it ended, for a person. */
export function describeJobEnd({ jobName, ended, status, error, why }: LastAttempt): string {
  if (!ended) return `The run's time was over while job ${jobName} ran.`;
  const kind = why === '' ? '' : ` (${why})`;
  return `Job ${jobName} ended ${status}${kind}${error ? `: ${error}` : ''}.`;
}

export function* runAttempts(
  walk: RunWalk,
  phase: 'train' | 'evaluate',
  challenger: ModelVersion | null,
  /** The number of the first, where the phase has had jobs before. */
  first = 1,
): Generator<df.Task, LastAttempt, unknown> {
  const { context, input, cancel } = walk;
  const job = jobConfigOf(walk, phase);
  const shared = { retries: job.retries, timeout: sharedTimeout(job) };
  // Of a pipeline or a sweep whose machines nobody can tell the time of, nothing is left for another attempt.
  const allMs = parseDurationMs(shared.timeout)!;
  const failed: JobAttempt[] = [];
  const ranMs: number[] = [];
  let timeout: string | undefined;
  for (let attempt = first; ; attempt++) {
    const begunMs = context.df.currentUtcDateTime.getTime();
    const end = yield* runJob(walk, { phase, challenger, attempt, timeout });
    const endedAt = now(context);
    const nowMs = Date.parse(endedAt);
    if (end.succeeded || !input.repeatsJobs || cancel.isCompleted) return { ...end, attempt, why: '' };
    ranMs.push(end.computeMs ?? (hasParts(job) ? allMs : nowMs - begunMs));
    const before = failed.map(({ kind }) => kind);
    const { untilMs } = walk.patience;
    const plan = planAttempt({ job: shared, kind: end.kind, before, ranMs, nowMs, untilMs });
    if ('why' in plan) return { ...end, attempt, why: plan.why };
    failed.push({
      ...{ phase, attempt, jobName: end.jobName, kind: end.kind!, said: firstLine(end.error), endedAt },
      againAt: new Date(plan.atMs).toISOString(),
    });
    note(walk, { attempts: [...(walk.findings.attempts ?? []), failed.at(-1)!] });
    const next = jobNameOf({ runId: input.runId, phase, attempt: attempt + 1 });
    const until = failed.at(-1)!.againAt;
    yield* tellWaiting(walk, `Waits until ${until} to submit job ${next}: ${plan.because}.`);
    yield* sleepUntil(context, plan.atMs, cancel);
    const held = yield* waitUntilFree(walk, next);
    if (cancel.isCompleted || held !== null) return { ...end, attempt, why: held ?? '' };
    yield* tellWaiting(walk, null);
    timeout = plan.timeout;
  }
}

const lookAgainMs = 3_600_000;

/** Waits while a freeze or the kill switch keeps runs from starting. Answers why it waits no longer in vain, or null. */
function* waitUntilFree(walk: RunWalk, jobName: string): Generator<df.Task, string | null, unknown> {
  const { context, input, cancel } = walk;
  const { model, policy } = input.pinned.config;
  while (!cancel.isCompleted) {
    const at = now(context);
    const { freeze } = yield* askModel(context, model, 'askFreeze', { freezes: policy.freezes, now: at });
    const { stop } = freeze ? { stop: null } : yield* askFleet(context, 'askSwitch', { now: at });
    const because = freeze?.because ?? stop?.because;
    if (because === undefined) return null;
    const nowMs = Date.parse(at);
    const { untilMs } = walk.patience;
    if (nowMs >= untilMs) return `no further attempt could begin before the run's time was over: ${because}`;
    // Whoever thaws tells no run: it looks again.
    const endMs = freeze ? Date.parse(freeze.until) : nowMs + lookAgainMs;
    yield* tellWaiting(walk, `Waits to submit job ${jobName}: ${because}.`);
    yield* sleepUntil(context, Math.min(endMs, nowMs + lookAgainMs, untilMs), cancel);
  }
  return null;
}

/** Without where its log is: whoever lists attempts knows which log is whose. */
const firstLine = (text: string): string =>
  text
    .replace(
      /^(?:((?:step|trial) (?:\w+|'[^']*')) failed, )?see `ratchet logs [^`]*`(?:\. )?/,
      (_, part?: string) => (part === undefined ? '' : `${part}: `),
    )
    .split('\n')[0]!
    .slice(0, 300);
