/**
 * retrain: one run, from data to release. Its instance id is the run id.
 *
 * Owns: the order train, evaluate, gate, register, release, settle, and what each end means.
 * Does not own: whether to run (admit-signal), the judgement (shared/gates), the stages (release).
 *
 * Invariants
 * 1. A run ends in one stated outcome, told to the model's entity and written to the ledger.
 * 2. Nothing is registered or released but what the gates passed, or a person accepted where they could not say; the
 *    champion stays otherwise.
 * 3. A run that is cancelled before its release begins releases nothing.
 * 4. A run that judges a kept challenger again begins at evaluate, too, and trains nothing.
 * 5. A promote run begins at evaluate: a version registered by hand meets the same gates.
 */
import * as df from 'durable-functions';
import type { Verdict } from '../shared/domain/gate-report.ts';
import type { LineageTags } from '../shared/domain/lineage.ts';
import type { ModelVersion, RunOutcome, RunPhase } from '../shared/domain/run.ts';
import { askPerson } from './ask-person.ts';
import { register } from './register.ts';
import type { ReleaseInput, ReleaseResult } from './release.ts';
import type { RunEnd, RunInput } from './run-input.ts';
import { cancelRunEvent, runJob } from './run-job.ts';
import { describeRun, noFindings, type RunFindings, settle } from './settle.ts';
import type { JobState } from './steps.ts';
import { messageOf, takeStep } from './take-step.ts';

df.app.orchestration('retrain', function* (context) {
  const input = context.df.getInput<RunInput>();
  if (!input) throw new Error('retrain was started without a run');
  const progress: Progress = { findings: noFindings, jobs: [] };
  let end: RunEnd;
  try {
    end = yield* takePhases(context, input, progress);
  } catch (error) {
    end = { outcome: 'failed', sentence: `Ratchet could not go on: ${messageOf(error)}` };
  }
  context.df.setCustomStatus({ phase: 'settled', outcome: end.outcome });
  return yield* settle(context, input, end, progress.findings, hoursOf(progress.jobs));
});

/** Kept outside the phases, so that a run that fails in one still tells what the earlier ones brought about. */
interface Progress {
  findings: RunFindings;
  /** How long each job ran; undefined while that is not known. */
  jobs: (number | undefined)[];
}

function note(progress: Progress, more: Partial<RunFindings>): void {
  progress.findings = { ...progress.findings, ...more };
}

/** Undefined where it is not known of every job: the reservation then stands. */
function hoursOf(jobs: Progress['jobs']): number | undefined {
  return jobs.reduce(
    (sum, ms) => (sum === undefined || ms === undefined ? undefined : sum + ms / 3_600_000),
    0,
  );
}

function* takePhases(
  context: df.OrchestrationContext,
  input: RunInput,
  progress: Progress,
): Generator<df.Task, RunEnd, unknown> {
  const { runId, pinned } = input;
  const found = (more: Partial<RunFindings>): void => note(progress, more);
  const enter = (phase: RunPhase) => enterPhase(context, input, phase, progress.findings);
  const cancel = context.df.waitForExternalEvent(cancelRunEvent);
  const job = function* (phase: 'train' | 'evaluate', version: ModelVersion | null) {
    const index = progress.jobs.push(undefined) - 1;
    const ended = yield* runJob(context, input, phase, version, cancel);
    progress.jobs[index] = ended.computeMs;
    return ended;
  };

  const given = input.promoted ?? input.kept?.version ?? null;
  yield* enter(given ? 'evaluate' : 'train');
  const data = yield* takeStep(context, 'pin-data', { runId, pinned });
  if (data.partitions === 0) {
    const left = data.refused ? ` that may be used: ${data.refused} refused, see the manifest` : '';
    return {
      outcome: 'evidence-error',
      sentence: `There is no data under ${pinned.config.data.path}${left}.`,
    };
  }
  if (!given) {
    const training = yield* job('train', null);
    if (cancel.isCompleted) return cancelled(cancel);
    if (!training.succeeded) return jobEnd('training-failed', training);
  }
  const challenger = given ?? newVersion(input);
  found({ challenger });

  if (!given) yield* enter('evaluate');
  const evaluation = yield* job('evaluate', challenger);
  if (cancel.isCompleted) return cancelled(cancel);
  if (!evaluation.succeeded) return jobEnd('evaluation-failed', evaluation);

  yield* enter('gate');
  const judged = yield* judge(context, input, progress, cancel);
  if ('outcome' in judged) return keepChallenger(input, challenger, judged);

  if (cancel.isCompleted) return cancelled(cancel);
  yield* enter('register');
  const made = {
    runId,
    challenger,
    signals: input.signals,
    configHash: pinned.configHash,
    gateReportHash: judged.reportHash,
    dataHash: data.manifestHash,
    parent: input.champion,
  };
  const registered = input.promoted ?? (yield* register(context, made, judged.overrides));
  found({ challenger: registered, registeredVersion: registered.version });

  if (cancel.isCompleted) return cancelled(cancel);
  yield* enter('release');
  const release: ReleaseInput = {
    runId,
    stages: pinned.config.release.stages,
    model: registered,
    previous: input.champion,
    gateReportHash: judged.reportHash,
  };
  const { told, failure } = (yield context.df.callSubOrchestrator(
    'release',
    release,
    `${runId}-release`,
  )) as ReleaseResult;
  // Once a stage has been told, the world has the new version: it is the champion, whatever stopped the walk.
  found({ released: told.length > 0 });
  if (failure !== null)
    return { outcome: 'failed', sentence: `Released to ${told.length} stages; ${failure}.` };
  return { outcome: 'released', sentence: judged.sentence };
}

/** A challenger that may be registered and released. */
interface Passed {
  readonly sentence: string;
  readonly reportHash: string;
  /** Whose word stands in for the gates. */
  readonly overrides: Pick<LineageTags, 'ratchetAccepted'>;
}

/** What the gates say, and where they cannot and the model file has it so, a person. */
function* judge(
  context: df.OrchestrationContext,
  input: RunInput,
  progress: Progress,
  cancel: df.Task,
): Generator<df.Task, Passed | RunEnd, unknown> {
  const { runId, pinned } = input;
  const hasChampion = input.champion !== null;
  const { report, reportHash } = yield* takeStep(context, 'judge-evidence', { runId, pinned, hasChampion });
  const { verdict, sentence } = report;
  note(progress, { verdict });
  if (verdict === 'passed') return { sentence, reportHash, overrides: {} };
  // Runs of before there was such a field hold, too.
  if (verdict !== 'inconclusive' || pinned.config.onInconclusive !== 'ask') {
    return { outcome: unpassed[verdict], sentence };
  }
  const asked = yield* askPerson(context, input, sentence, progress.findings, cancel);
  if (cancel.isCompleted) return cancelled(cancel);
  if (!asked.acceptedBy) return { outcome: 'inconclusive', sentence: asked.sentence };
  note(progress, { acceptedBy: asked.acceptedBy });
  return { sentence: asked.sentence, reportHash, overrides: { ratchetAccepted: asked.acceptedBy.by } };
}

/** How often one challenger is judged: what so many looks cannot tell, the next one will not. */
const judgedAtMost = 3;

/** Policy `recollect`: the next signal has the challenger judged again, with the data there is then. */
function keepChallenger({ promoted, kept, pinned }: RunInput, version: ModelVersion, end: RunEnd): RunEnd {
  const times = (kept?.times ?? 0) + 1;
  const isOver = end.outcome !== 'inconclusive' || promoted !== null || times >= judgedAtMost;
  if (pinned.config.onInconclusive !== 'recollect' || isOver) return end;
  const sentence = `${end.sentence} It is kept: the next signal has it judged again (${times} of ${judgedAtMost} times).`;
  return { ...end, sentence, keep: { version, times } };
}

function* enterPhase(
  context: df.OrchestrationContext,
  input: RunInput,
  phase: RunPhase,
  findings: RunFindings,
): Generator<df.Task, void, unknown> {
  context.df.setCustomStatus({ phase });
  yield* takeStep(context, 'record-run', describeRun(input, phase, findings));
}

const unpassed: Readonly<Record<Exclude<Verdict, 'passed'>, RunOutcome>> = {
  failed: 'gate-failed',
  inconclusive: 'inconclusive',
  error: 'evidence-error',
};

function jobEnd(outcome: RunOutcome, { jobName, status, error }: JobState): RunEnd {
  return { outcome, sentence: `Job ${jobName} ended ${status}${error ? `: ${error}` : ''}.` };
}

function cancelled(cancel: df.Task): RunEnd {
  const { because } = (cancel.result ?? {}) as { because?: string };
  return { outcome: 'cancelled', sentence: `Cancelled: ${because ?? 'nobody said why'}.` };
}

/** The version is made from the run, so that a repeated registration is the same registration. */
function newVersion({ runId, pinned }: RunInput): ModelVersion {
  const name = pinned.config.model;
  return {
    name,
    version: runId.slice(name.length + 1),
    modelUri: `azureml://datastores/workspaceblobstore/paths/runs/${runId}/model/`,
  };
}
