/**
 * A run whose gates cannot say waits for a person: `onInconclusive: ask` of the model file.
 *
 * Owns: the wait, until the run's time is over or it is cancelled, and what it says meanwhile.
 * Does not own: which answer counts (shared/admission/answer-run.ts); an event only wakes.
 */
import type * as df from 'durable-functions';
import { addressNotice } from '../shared/domain/notice.ts';
import { type Word, wordOf } from '../shared/domain/word.ts';
import { askModel } from './ask-model.ts';
import type { RunWalk } from './run-walk.ts';
import { describeRun } from './settle.ts';
import { startNotices } from './start-notices.ts';
import { now, takeStep } from './take-step.ts';

/** Name of the external event that wakes a run which asks: a person has answered. */
export const runAnsweredEvent = 'run-answered';

/** What became of the question: who accepted it, or null; with the sentence the run ends with. */
interface Asked {
  readonly acceptedBy: Word | null;
  readonly sentence: string;
}

export function* askPerson(
  walk: RunWalk,
  /** What the gates said. */
  judged: string,
): Generator<df.Task, Asked, unknown> {
  const { context, input, findings, cancel, patience } = walk;
  const { runId, pinned } = input;
  const { model } = pinned.config;
  const until = new Date(patience.untilMs).toISOString();
  const { asks } = yield* askModel(context, model, 'ask', { runId, until });
  if (!asks) {
    const sentence = `${judged} No decision was requested: the run had been taken for dead.`;
    return { acceptedBy: null, sentence };
  }
  const what = `Waits for a person until ${until}: ratchet accept ${runId}, or ratchet refuse ${runId}.`;
  const row = { ...describeRun(input, 'gate', findings), sentence: `${judged} ${what}` };
  yield* takeStep(context, 'record-run', row, patience);
  context.df.setCustomStatus({ phase: 'gate', since: now(context), asks: what });
  yield* tell(walk, judged, until);
  // It may have been cancelled while the model was asked, or the ledger written.
  if (!(input.hearsCancel && cancel.isCompleted)) {
    const timer = context.df.createTimer(new Date(until));
    yield context.df.Task.any([context.df.waitForExternalEvent(runAnsweredEvent), timer, cancel]);
    if (!timer.isCompleted) timer.cancel();
  }
  const { answer } = yield* askModel(context, model, 'endAsking', { runId });
  if (!answer) return { acceptedBy: null, sentence: `${judged} Nobody answered by ${until}.` };
  const { accepted, by, reason, at } = answer;
  const sentence = `${judged} ${accepted ? 'Accepted' : 'Refused'} by ${by} at ${at} (${reason}).`;
  return { acceptedBy: accepted ? wordOf(answer) : null, sentence };
}

/** Those whom the model file has told of questions. */
function* tell(
  { context, input }: RunWalk,
  judged: string,
  until: string,
): Generator<df.Task, void, unknown> {
  const { runId, pinned } = input;
  const { model, notices = [] } = pinned.config;
  const due = {
    kind: 'run.asks',
    key: until,
    at: now(context),
    title: `A person is asked: run ${runId} of ${model}, inconclusive`,
    text: `${judged} It waits for a person until ${until}.`,
    facts: [{ name: 'Run', value: runId }],
    commands: [
      `ratchet explain ${runId}`,
      `ratchet accept ${runId} --reason TEXT`,
      `ratchet refuse ${runId} --reason TEXT`,
    ],
  } as const;
  yield* startNotices(context, addressNotice({ model, subject: runId, runId }, notices, due), []);
}
