/**
 * Begins a release over stages: the target's entity is told of the candidate, and its orchestration started.
 *
 * Invariant: repeated, it finds begun what has begun: the entity knows the release by its id, and so does the task hub.
 */
import type * as df from 'durable-functions';
import { releaseIdOf } from '../shared/domain/durable-names.ts';
import { startOf } from '../shared/release/transitions/start-of.ts';
import type { Candidate } from '../shared/release/transitions/state.ts';
import { askTarget } from './ask-target.ts';
import type { Patience } from './patience.ts';
import { now, takeStep } from './take-step.ts';

interface Beginning extends Omit<Candidate, 'releaseId' | 'requestedBy' | 'requesterNames' | 'rollback'> {
  /** What the run answered: people who asked for it cannot approve its release. */
  readonly signals: readonly string[];
}

/** Answers what is to be said of it. */
export function* beginStagedRelease(
  context: df.OrchestrationContext,
  { signals, ...what }: Beginning,
  patience: Patience,
): Generator<df.Task, string, unknown> {
  const { runId, model, target } = what;
  const releaseId = releaseIdOf(runId);
  const requesters = yield* takeStep(context, 'find-requesters', { model: model.name, signals }, patience);
  const candidate: Candidate = { ...what, releaseId, ...requesters };
  const begun = yield* askTarget(context, target, 'begin', { candidate, now: now(context) });
  yield* takeStep(context, 'wake-releases', { releases: begun.wake });
  yield* takeStep(context, 'start-release', startOf(candidate));
  return `Its release over ${what.stages.length} stages: ${begun.sentence}`;
}
