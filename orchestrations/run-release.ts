/**
 * A run's release: starts it, has it stop where the run is cancelled meanwhile, and says what became of it.
 *
 * Owns: that the release hears of a cancellation at once, and how the run then ends.
 * Does not own: the stages (release.ts), what a person reads of other ends (retrain.ts).
 *
 * Invariant: once a stage has been notified, or the last pipeline of the file has ended well, the world has the new version: it
 * is the champion, whatever stopped the walk.
 */
import type * as df from 'durable-functions';
import type { TargetConfig } from '../shared/config/target-schema.ts';
import { counted } from '../shared/domain/plural.ts';
import { drillAskedBy } from '../shared/release/transitions/drill-first.ts';
import { basisOf } from '../shared/release/transitions/probation-basis.ts';
import { channelStages, isReleased, pipelinesTakeMs } from '../shared/release/transitions/stages.ts';
import { beginStagedRelease } from './begin-staged-release.ts';
import { keepAlive } from './end-job.ts';
import { afterwards } from './insist.ts';
import { dayMs, lasting } from './patience.ts';
import type { ReleaseInput, ReleaseResult } from './release.ts';
import type { RunEnd } from './run-input.ts';
import { note, type RunWalk } from './run-walk.ts';
import { takeStep } from './take-step.ts';

/** What a run hands to its release. */
interface Handed extends Pick<ReleaseInput, 'model' | 'gateReportHash'> {
  readonly dataHash: string;
  /** Of a version that was released before, what its files were (SHA-256, hex); null, or absent: not known. */
  readonly expectedDigest?: string | null;
}

export function* runRelease(
  walk: RunWalk,
  what: Handed,
  /** What the gates, or a person, said. */
  judged: string,
): Generator<df.Task, RunEnd, unknown> {
  const { context, input, patience } = walk;
  const { runId, pinned, endsJobs, hearsCancel } = input;
  if (hearsCancel && walk.cancel.isCompleted) return cancelled(walk.cancel);
  const { target, stages } = pinned.config.release;
  if (target) return yield* handOver(walk, what, target, judged);
  const release: ReleaseInput = {
    runId,
    stages: channelStages(stages),
    model: what.model,
    previous: input.champion,
    gateReportHash: what.gateReportHash,
    ...(endsJobs && { until: new Date(patience.untilMs).toISOString() }),
    ...(hearsCancel && { hearsCancel }),
  };
  const releaseId = `${runId}-release`;
  const takesMs = pipelinesTakeMs(release.stages);
  if (takesMs > 0)
    yield* keepAlive(
      context,
      { model: pinned.config.model, runId },
      context.df.currentUtcDateTime.getTime() + takesMs,
    );
  const releasing = context.df.callSubOrchestrator('release', release, releaseId);
  if (hearsCancel) yield* passCancelOn(walk, releasing, releaseId);
  const result = (yield releasing) as ReleaseResult;
  note(walk, { released: isReleased(release.stages, result.told.length) });
  return describeEnd(walk, result, judged);
}

/** A release over stages has a life of its own: the run is over once it has begun. */
function* handOver(
  { context, input, patience }: RunWalk,
  { model, gateReportHash, dataHash, expectedDigest }: Handed,
  target: TargetConfig,
  judged: string,
): Generator<df.Task, RunEnd, unknown> {
  const { runId, pinned, signals, champion } = input;
  const { configHash, config } = pinned;
  const begun = yield* beginStagedRelease(
    context,
    {
      ...{ runId, model, previous: champion, gateReportHash, dataHash, configHash, target, signals },
      stages: config.release.stages,
      freezes: config.policy.freezes,
      ...basisOf(config),
      ...drillAskedBy(config.release),
      ...(expectedDigest && { expectedDigest }),
      ...(config.notices && { notices: config.notices }),
    },
    patience,
  );
  return { outcome: 'candidate', sentence: `${judged} ${begun}` };
}

function* passCancelOn(
  { context, cancel }: RunWalk,
  releasing: df.Task,
  releaseId: string,
): Generator<df.Task, void, unknown> {
  yield context.df.Task.any([releasing, cancel]);
  if (releasing.isCompleted || releasing.isFaulted) return;
  const told = { runId: releaseId, because: becauseOf(cancel) };
  // It may not have begun yet, which is an error of the step; where it ends first, nobody needs to tell it.
  yield* afterwards(context, `cancelling ${releaseId}`, () =>
    takeStep(context, 'cancel-run', told, { ...lasting(context, dayMs), stop: releasing }),
  );
}

function describeEnd(
  { cancel }: RunWalk,
  { told, failure, cancelled: stopped }: ReleaseResult,
  judged: string,
): RunEnd {
  if (failure === null) {
    const late = cancel.isCompleted ? ` Every stage had been notified when ${becauseOf(cancel)}.` : '';
    return { outcome: 'released', sentence: `${judged}${late}` };
  }
  const sofar = `Released to ${counted(told.length, 'stage')}; ${failure}.`;
  return stopped
    ? { outcome: 'cancelled', sentence: `${cancelled(cancel).sentence} ${sofar}` }
    : { outcome: 'failed', sentence: sofar };
}

/** How a run ends that was cancelled: with the word of who wanted it. */
export function cancelled(cancel: df.Task): RunEnd {
  return { outcome: 'cancelled', sentence: `Cancelled: ${becauseOf(cancel)}.` };
}

function becauseOf(cancel: df.Task): string {
  return ((cancel.result ?? {}) as { because?: string }).because ?? 'nobody said why';
}
