/**
 * One of the two words that break the glass, and where it is the second: the promotion.
 *
 * The fleet's kill switch is asked before either word counts: nobody overrides it.
 */
import type * as df from 'durable-functions';
import { findObstacle } from '../shared/admission/break-glass.ts';
import type { OperatorWord } from '../shared/admission/operate.ts';
import { askFleet, askModel } from './ask-model.ts';
import type { GlassEnd, GlassInput } from './break-glass.ts';
import { freeModel } from './free-model.ts';
import { lasting, twoMinutesMs } from './patience.ts';
import type { HeldBack } from './steps.ts';
import { messageOf, now, takeStep } from './take-step.ts';

interface Outcome {
  readonly done: boolean;
  readonly sentence: string;
}

export function* operateGlass(
  context: df.OrchestrationContext,
  model: string,
  runId: string,
  word: OperatorWord,
): Generator<df.Task, Outcome, unknown> {
  let heldBack: HeldBack | null;
  try {
    heldBack = yield* takeStep(context, 'find-held-back', { model, runId }, lasting(context, twoMinutesMs));
  } catch (error) {
    return refuse(`Not overridden: run ${runId} cannot be read: ${messageOf(error)}`);
  }
  const obstacle = findObstacle(model, runId, heldBack?.run ?? null);
  if (obstacle !== null) return refuse(obstacle);
  const { stop } = yield* askFleet(context, 'askSwitch', { now: now(context) });
  if (stop) return refuse(`Not overridden: ${stop.because}. Nobody overrides the kill switch.`);
  const answer = yield* askModel(context, model, 'operate', {
    action: { action: 'break-glass', runId },
    word: { ...word, now: now(context) },
  });
  if (!answer.glass) return answer;
  return yield* promote(context, { model, glass: answer.glass, heldBack: heldBack! });
}

function* promote(context: df.OrchestrationContext, input: GlassInput): Generator<df.Task, Outcome, unknown> {
  const { model, glass } = input;
  try {
    const { released, sentence } = (yield context.df.callSubOrchestrator(
      'break-glass',
      input,
      glass.id,
    )) as GlassEnd;
    return { done: released, sentence };
  } catch (error) {
    // It could not even settle itself, or someone terminated it: free the model in its stead.
    const settlement = { runId: glass.id, outcome: 'failed', champion: null, now: now(context) } as const;
    yield* freeModel(context, { model, settlement });
    return refuse(`The promotion broke off: ${messageOf(error)}`);
  }
}

function refuse(sentence: string): Outcome {
  return { done: false, sentence };
}
