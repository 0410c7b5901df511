/**
 * break-glass: promotes the challenger of a settled run against the gates, on the word of two people.
 *
 * Owns: the order mark, register, release, settle, and that the run's row is marked for ever before anything is released.
 * Does not own: whether two people have spoken (shared/admission/break-glass.ts), the kill switch and telling the
 * operator (operate), the stages (release).
 *
 * Invariants
 * 1. Nothing is registered before the ledger says who asked for it.
 * 2. Once a stage has been told, the challenger is the champion; whatever happens, the model is free afterwards.
 */
import * as df from 'durable-functions';
import type { Glass } from '../shared/admission/operated.ts';
import type { TargetConfig } from '../shared/config/target-schema.ts';
import { counted } from '../shared/domain/plural.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { isReleased, pipelinesTakeMs } from '../shared/release/transitions/stages.ts';
import { beginStagedRelease } from './begin-staged-release.ts';
import { keepAlive } from './end-job.ts';
import { freeModel } from './free-model.ts';
import { endless } from './patience.ts';
import { register } from './register.ts';
import type { ReleaseInput, ReleaseResult } from './release.ts';
import type { HeldBack } from './steps.ts';
import { messageOf, now, takeStep } from './take-step.ts';

export interface GlassInput {
  readonly model: string;
  readonly glass: Glass;
  readonly heldBack: HeldBack;
}

/** What came of a broken glass. */
export interface GlassEnd {
  readonly released: boolean;
  readonly sentence: string;
}

/** Names are cut so that both, and the beginning of the reasons, fit into a tag. */
const nameLength = 60;

df.app.orchestration('break-glass', function* (context) {
  const input = context.df.getInput<GlassInput>();
  if (!input) throw new Error('break-glass was started without a glass');
  const promoted: Promoted = { version: null, registered: null, told: 0 };
  let failure: string | null;
  try {
    failure = yield* promote(context, input, promoted);
  } catch (error) {
    failure = messageOf(error);
  }
  return yield* endGlass(context, input, promoted, failure);
});

/** Kept outside the steps, so that a glass that fails in one still tells what the earlier ones brought about. */
interface Promoted {
  version: ModelVersion | null;
  registered: string | null;
  told: number;
  /** What its release over stages said when it began. */
  begun?: string;
}

function* promote(
  context: df.OrchestrationContext,
  input: GlassInput,
  promoted: Promoted,
): Generator<df.Task, string | null, unknown> {
  const { glass, heldBack } = input;
  const { run, gateReportHash, dataHash, stages } = heldBack;
  const { runId, configHash, signals } = run;
  const begun = glass.sentence ?? `${glass.first} and ${glass.second} have broken the glass.`;
  yield* mark(context, input, promoted, begun);
  const challenger = run.challenger!;
  const patience = glass.until === undefined ? endless : { untilMs: Date.parse(glass.until) };
  const who = `${glass.first.slice(0, nameLength)} and ${glass.second.slice(0, nameLength)}`;
  const ratchetBreakGlass = `${who}: ${glass.reasons.join('; ')}`;
  const made = { runId, challenger, signals, configHash, gateReportHash, dataHash, parent: run.champion };
  // A version that somebody registered by hand is in the registry already.
  const model =
    run.kind === 'promote' ? challenger : yield* register(context, made, { ratchetBreakGlass }, patience);
  promoted.version = model;
  promoted.registered = model.version;
  if (heldBack.release?.target) {
    promoted.begun = yield* beginOverStages(context, input, model, heldBack.release.target);
    return null;
  }
  const release: ReleaseInput = {
    ...{ runId, stages, model, previous: glass.champion, gateReportHash },
    ...(glass.until !== undefined && { until: glass.until }),
  };
  const takesMs = pipelinesTakeMs(stages);
  if (takesMs > 0)
    yield* keepAlive(
      context,
      { model: input.model, runId: glass.id },
      context.df.currentUtcDateTime.getTime() + takesMs,
    );
  const { told, failure } = (yield context.df.callSubOrchestrator(
    'release',
    release,
    `${glass.id}-release`,
  )) as ReleaseResult;
  promoted.told = isReleased(stages, told.length) ? told.length : 0;
  return failure;
}

/** What serves the model is changed stage by stage, whoever wanted it. */
function* beginOverStages(
  context: df.OrchestrationContext,
  { glass, heldBack }: GlassInput,
  model: ModelVersion,
  target: TargetConfig,
): Generator<df.Task, string, unknown> {
  const { run, release, freezes = [], gateReportHash, dataHash, probation, notices } = heldBack;
  const { runId, configHash, signals } = run;
  return yield* beginStagedRelease(
    context,
    {
      ...{ runId, model, previous: glass.champion, gateReportHash, dataHash, configHash, target, signals },
      ...{ stages: release!.stages, freezes, ...(probation && { probation }), ...(notices && { notices }) },
    },
    endless,
  );
}

/** The mark before the model's word: a repeated call never finds the model free and the run unmarked. */
function* endGlass(
  context: df.OrchestrationContext,
  input: GlassInput,
  promoted: Promoted,
  failure: string | null,
): Generator<df.Task, GlassEnd, unknown> {
  const { model, glass, heldBack } = input;
  const { run } = heldBack;
  const released = promoted.told > 0;
  const who = `${glass.first} and ${glass.second}`;
  const promotion = `${who} promoted version ${promoted.registered ?? '?'} of run ${run.runId} against the gates`;
  const sentence = promoted.begun
    ? `${promotion}. ${promoted.begun}`
    : released
      ? `${promotion}: it is the champion.${failure ? ` Released to ${counted(promoted.told, 'stage')}; ${failure}.` : ''}`
      : `${who} overrode the gates of run ${run.runId}, but nothing was released: ${failure}.`;
  yield* mark(context, input, promoted, sentence);
  const outcome = promoted.begun ? 'candidate' : released && failure === null ? 'released' : 'failed';
  const champion = released ? promoted.version : null;
  const settlement = { runId: glass.id, outcome, champion, now: now(context) } as const;
  yield* freeModel(context, { model, settlement });
  return { released, sentence };
}

function* mark(
  context: df.OrchestrationContext,
  { glass, heldBack }: GlassInput,
  { registered, told }: Promoted,
  sentence: string,
): Generator<df.Task, void, unknown> {
  const { first, second, actors, reasons, at } = glass;
  yield* takeStep(context, 'mark-broken-glass', {
    runId: heldBack.run.runId,
    brokenGlass: { first, second, ...(actors && { actors }), reasons, at, sentence },
    registeredVersion: registered,
    released: told > 0,
  });
}
