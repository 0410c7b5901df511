/**
 * Where a run's challenger comes from: a training of its own, or, where the model file has `training.reuse`, an earlier one of the
 * same inputs.
 *
 * Owns: that the ledger says which, and why, before anything is submitted; that a training which went well is kept for later runs.
 * Does not own: whether one may be taken (activities/find-training.ts), the job (run-attempts), the judgement (retrain).
 *
 * Invariant: a run of a model file without the field takes no other step than before there was one.
 */
import type * as df from 'durable-functions';
import type { ModelVersion } from '../shared/domain/run.ts';
import { reuseOf } from '../shared/domain/training.ts';
import type { FoundTraining } from './reuse-steps.ts';
import { describeJobEnd, type LastAttempt, runAttempts } from './run-attempts.ts';
import type { RunEnd, RunInput } from './run-input.ts';
import { cancelled } from './run-release.ts';
import { note, type RunWalk, tellWaiting } from './run-walk.ts';
import { now, takeStep } from './take-step.ts';

/** A challenger that was trained. */
export interface Trained {
  readonly challenger: ModelVersion;
  /** Which attempt of the run's own training made it. */
  readonly attempt: number;
  /** Where its files lie; undefined: where the run's own training leaves them. */
  readonly modelUri: string | undefined;
  /** Of an earlier run's training; undefined: the run has trained it. */
  readonly earlier?: Earlier;
}

interface Earlier {
  readonly runId: string;
  /** SHA-256 over its files, hex. */
  readonly digest: string;
  /** Whether the registry has a version of it, which then is the challenger. */
  readonly isRegistered: boolean;
}

export function* train(walk: RunWalk): Generator<df.Task, Trained | RunEnd, unknown> {
  const { input, cancel } = walk;
  const found = reuseOf(input.pinned.config.training) === undefined ? null : yield* find(walk);
  if (found && cancel.isCompleted) return cancelled(cancel);
  if (found?.found === 'in-place') return unchanged(walk, found.why);
  if (found?.found === 'training') return takeEarlier(walk, found);

  const training = yield* runAttempts(walk, 'train', null);
  if (cancel.isCompleted) return cancelled(cancel);
  if (!training.succeeded) return { outcome: 'training-failed', sentence: describeJobEnd(training) };
  const { attempt, modelUri } = training;
  const challenger = newVersion(input, attempt, modelUri);
  if (found && found.fingerprint !== null) yield* keep(walk, found.fingerprint, training, challenger);
  if (found && cancel.isCompleted) return cancelled(cancel);
  note(walk, { challenger, ...(training.tuned && { tuned: training.tuned }) });
  return { challenger, attempt, modelUri };
}

/** What there is to take, as the ledger then says it. */
function* find(walk: RunWalk): Generator<df.Task, FoundTraining, unknown> {
  const { context, input, patience, findings } = walk;
  const { runId, pinned, signals, champion } = input;
  const scored = (findings.pastChampions ?? []).flatMap(({ version, jobName }) =>
    jobName === null ? [] : [version],
  );
  const asked = { runId, pinned, signals, champion, scored, now: now(context) };
  const found = yield* takeStep(context, 'find-training', asked, patience);
  const { fingerprint } = found;
  const trainedBy =
    found.found === 'none' ? null : found.found === 'training' ? found.training.runId : found.runId;
  note(walk, { reuse: { fingerprint, trainedBy, sentence: describe(found) } });
  yield* tellWaiting(walk, null);
  return found;
}

function describe(found: FoundTraining): string {
  if (found.found === 'none') return `No earlier training was taken: ${found.why}.`;
  if (found.found === 'in-place') return `${found.why}, from the same code, data and settings.`;
  const { runId, endedAt } = found.training;
  const version = found.version === null ? '' : ` It is version ${found.version.version} in the registry.`;
  return `Trained by run ${runId}, which ended training at ${endedAt}, from the same code, data and settings: nothing was trained again.${version}`;
}

function unchanged({ input }: RunWalk, why: string): RunEnd {
  const sentence = `${why}, from the same code, data and settings: training again would make the same model. New data or other settings change that, or ratchet request ${input.pinned.config.model} --fresh.`;
  return { outcome: 'unchanged', sentence };
}

function takeEarlier(
  walk: RunWalk,
  { training, version }: Extract<FoundTraining, { found: 'training' }>,
): Trained {
  const { modelUri, runId, digest, tuned } = training;
  const name = walk.input.pinned.config.model;
  const challenger = version ?? { name, version: runId.slice(name.length + 1), modelUri };
  note(walk, { challenger, ...(tuned && { tuned }) });
  return { challenger, attempt: 1, modelUri, earlier: { runId, digest, isRegistered: version !== null } };
}

/** For later runs; the run itself goes on with what it has trained, whatever becomes of this. */
function* keep(
  walk: RunWalk,
  fingerprint: string,
  { jobName, tuned }: LastAttempt,
  { modelUri }: ModelVersion,
): Generator<df.Task, void, unknown> {
  const { context, input, patience, findings } = walk;
  const { runId, pinned, champion } = input;
  const training = {
    ...{ model: pinned.config.model, fingerprint, runId, jobName, modelUri, endedAt: now(context) },
    ...(tuned && { tuned }),
  };
  const { why } = yield* takeStep(context, 'keep-training', { pinned, champion, training }, patience);
  const { reuse } = findings;
  if (why === null || !reuse) return;
  note(walk, { reuse: { ...reuse, sentence: `${reuse.sentence} No later run can take this one: ${why}.` } });
}

/** Until the registry has numbered it, the version of a challenger is named after its run. */
function newVersion({ runId, pinned }: RunInput, attempt: number, modelUri?: string): ModelVersion {
  const name = pinned.config.model;
  const folder = `model${attempt === 1 ? '' : `-${attempt}`}`;
  return {
    name,
    version: runId.slice(name.length + 1),
    modelUri: modelUri ?? `azureml://datastores/workspaceblobstore/paths/runs/${runId}/${folder}/`,
  };
}
