/**
 * guard-deployment: one deployment of GitHub that waits for whether its version may be used. Its instance id is made from what
 * asked for it, so that a delivery that comes again starts nothing.
 *
 * Owns: when it is looked again, what GitHub is told and how often, and when waiting ends. Does not own: the answer
 * (shared/dispatch/ask-usable.ts), telling it (shared/controllers).
 *
 * Invariants
 * 1. `approved` is told for `yes` alone. What cannot be told or asked is rejected; what waits goes on waiting.
 * 2. It ends: what still waits a day before GitHub gives the job up is rejected.
 * 3. While it waits GitHub is told why, when that changes, eight times at most: it takes no more than ten.
 */
import * as df from 'durable-functions';
import type { DeploymentAsked } from '../shared/controllers/protection-rule.ts';
import { dayMs, lasting, none, sleepUntil } from './patience.ts';
import { StepFailure, takeStep } from './take-step.ts';

interface GuardInput extends DeploymentAsked {
  /** Absent at the start: looks so far, the reason that was told last, how often one was, when it began (milliseconds). */
  readonly sofar?: {
    readonly looks: number;
    readonly told: string;
    readonly reports: number;
    readonly sinceMs: number;
  };
}

const secondMs = 1_000;
const pausesMs = [10, 30, 60, 120, 300, 600].map((seconds) => seconds * secondMs);
/** GitHub fails a job that has waited for 30 days. */
const longestMs = 29 * dayMs;
const reportsAtMost = 8;
/** A history of so many looks is begun anew. */
const looksAtOnce = 100;

type Answer = { readonly usable: 'yes' | 'no' | 'wait'; readonly reason: string };

df.app.orchestration('guard-deployment', function* (context) {
  const input = context.df.getInput<GuardInput>();
  if (!input) throw new Error('guard-deployment was started without a deployment');
  const startedMs = context.df.currentUtcDateTime.getTime();
  let { looks, told, reports, sinceMs } = input.sofar ?? {
    looks: 0,
    told: '',
    reports: 0,
    sinceMs: startedMs,
  };
  const untilMs = sinceMs + longestMs;
  for (let here = 0; here < looksAtOnce; here++, looks++) {
    const answer = yield* judge(context, input);
    const nowMs = context.df.currentUtcDateTime.getTime();
    if (answer.usable !== 'wait') return yield* tell(context, input, answer, untilMs + dayMs - nowMs);
    if (nowMs >= untilMs) {
      const reason = `It has waited for 29 days. ${answer.reason}`;
      return yield* tell(context, input, { usable: 'no', reason }, dayMs);
    }
    if (answer.reason !== told && reports < reportsAtMost) {
      const comment = `Waiting: ${answer.reason}`;
      const isOver = yield* report(context, input, comment);
      if (isOver !== null) return { state: 'over', reason: isOver };
      told = answer.reason;
      reports++;
    }
    yield* sleepUntil(context, nowMs + pausesMs[Math.min(looks, pausesMs.length - 1)]!);
  }
  context.df.continueAsNew({ ...input, sofar: { looks, told, reports, sinceMs } });
  return undefined;
});

/** A question that is wrong, such as one about a model that is not there, is answered no. */
function* judge(
  context: df.OrchestrationContext,
  { question }: GuardInput,
): Generator<df.Task, Answer, unknown> {
  if ('problem' in question) return { usable: 'no', reason: question.problem };
  try {
    return yield* takeStep(context, 'ask-usable', question, lasting(context, longestMs));
  } catch (error) {
    return { usable: 'no', reason: (error as Error).message };
  }
}

function* tell(
  context: df.OrchestrationContext,
  { deployment }: GuardInput,
  { usable, reason }: Answer,
  forMs: number,
): Generator<df.Task, { readonly state: string; readonly reason: string }, unknown> {
  const state = usable === 'yes' ? 'approved' : 'rejected';
  try {
    const input = { deployment, state, comment: reason } as const;
    yield* takeStep(context, 'review-deployment', input, lasting(context, forMs));
    return { state, reason };
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return { state: 'over', reason: `${state} could not be told: ${error.message}` };
  }
}

/** Null: it was told, or cannot be for now, which holds nothing up. Else why nobody waits any more. */
function* report(
  context: df.OrchestrationContext,
  { deployment }: GuardInput,
  comment: string,
): Generator<df.Task, string | null, unknown> {
  try {
    yield* takeStep(context, 'review-deployment', { deployment, state: null, comment }, none);
    return null;
  } catch (error) {
    return error instanceof StepFailure && error.isFinal ? error.message : null;
  }
}
