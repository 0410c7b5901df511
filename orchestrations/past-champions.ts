/**
 * Scores past champions on the run's holdout, one after another, before anything is trained.
 *
 * Owns: the order, what is said of each, and that the search ends with the first that passes.
 * Does not own: which runs do (run-input), which versions are eligible (shared/release/transitions/past-champions.ts), one job (run-attempts), the error
 * that they share (shared/gates/spend-error.ts), the release of the one that passes (retrain).
 *
 * Invariants
 * 1. Each is scored by a job of its own, whose number follows on the one before: whoever ends the run's jobs finds the last.
 * 2. How many there are is known before the first is judged: each spends its part of one look's error.
 * 3. None that is not shown to be better is chosen: what cannot be scored or judged is passed over, and the run trains.
 */
import type * as df from 'durable-functions';
import type { ModelVersion, PastChampion } from '../shared/domain/run.ts';
import type { PastCandidate } from './past-champion-steps.ts';
import { describeJobEnd, type LastAttempt, runAttempts } from './run-attempts.ts';
import { mayScore, type RunEnd } from './run-input.ts';
import { cancelled } from './run-release.ts';
import { note, type RunWalk, tellWaiting } from './run-walk.ts';
import { now, takeStep } from './take-step.ts';

/** All of it is in the report. */
const sentenceLength = 1_000;

/** A past champion that the gates let. */
export interface Chosen {
  readonly model: ModelVersion;
  readonly digest: string | null;
  /** What the gates said. */
  readonly sentence: string;
  readonly reportHash: string;
}

interface Searched {
  readonly chosen: Chosen | null;
  /** The number of the run's next evaluation job. */
  readonly nextAttempt: number;
}

export function* tryPastChampions(walk: RunWalk): Generator<df.Task, Searched | RunEnd, unknown> {
  const { context, input, cancel, patience } = walk;
  const { runId, pinned, champion } = input;
  const asked = { runId, pinned, champion: champion!, atMost: mayScore(input), now: now(context) };
  const { candidates, passedOver } = yield* takeStep(context, 'find-past-champions', asked, patience);
  const told: PastChampion[] = passedOver.map(({ version, why }) => ({
    ...{ version, jobName: null, verdict: null },
    sentence: `It was not scored: ${why}.`,
  }));
  note(walk, { pastChampions: told });
  let nextAttempt = 1;
  for (const [at, candidate] of candidates.entries()) {
    if (cancel.isCompleted) return cancelled(cancel);
    const { version } = candidate.model;
    const place = `${at + 1} of ${candidates.length}`;
    yield* tellWaiting(walk, `Has past champion version ${version} scored (${place}).`);
    const scored = yield* runAttempts(walk, 'evaluate', candidate.model, nextAttempt);
    if (cancel.isCompleted) return cancelled(cancel);
    const isOver = context.df.currentUtcDateTime.getTime() >= walk.patience.untilMs;
    if (!scored.succeeded && isOver)
      return { outcome: 'evaluation-failed', sentence: describeJobEnd(scored) };
    nextAttempt = scored.attempt + 1;
    const { row, chosen } = yield* judge(walk, candidate, scored, candidates.length);
    note(walk, { pastChampions: [...(walk.findings.pastChampions ?? []), row] });
    if (chosen) return { chosen, nextAttempt };
    // What the workspace refuses of one it refuses of the next.
    if (scored.status === 'Refused') break;
  }
  return { chosen: null, nextAttempt };
}

/** What the gates say of one, by what its job has left. */
function* judge(
  walk: RunWalk,
  { model, digest }: PastCandidate,
  scored: LastAttempt,
  among: number,
): Generator<df.Task, { readonly row: PastChampion; readonly chosen: Chosen | null }, unknown> {
  const { runId, pinned } = walk.input;
  const known = { version: model.version, jobName: scored.jobName };
  if (!scored.succeeded) {
    const sentence = describeJobEnd(scored).slice(0, sentenceLength);
    return { row: { ...known, verdict: null, sentence }, chosen: null };
  }
  const { report, reportHash } = yield* takeStep(
    walk.context,
    'judge-evidence',
    {
      ...{ runId, pinned, hasChampion: true },
      attempts: { train: 1, evaluate: scored.attempt },
      pastChampion: { modelUri: model.modelUri, among },
    },
    walk.patience,
  );
  const { verdict, sentence } = report;
  const row = { ...known, verdict, sentence: sentence.slice(0, sentenceLength) };
  if (verdict !== 'passed') return { row, chosen: null };
  return { row, chosen: { model: { ...model, chosenBy: runId }, digest, sentence, reportHash } };
}
