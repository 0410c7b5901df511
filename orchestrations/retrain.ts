/**
 * retrain: one run, from data to release. Its instance id is the run id.
 *
 * Owns: the order train, evaluate, gate, register, release, settle, and what each end means.
 * Does not own: whether to run (admit-signal), the judgement (shared/gates), the stages (release).
 *
 * Invariants
 * 1. A run ends in one stated outcome, told to the model's entity and written to the ledger.
 * 2. Nothing is registered or released but what the gates passed; the champion stays otherwise.
 * 3. A promote run begins at evaluate: a version registered by hand meets the same gates.
 */
import * as df from 'durable-functions';
import { hashJson } from '../shared/config/pin.ts';
import type { Verdict } from '../shared/domain/gate-report.ts';
import type { ModelVersion, RunOutcome, RunPhase } from '../shared/domain/run.ts';
import type { ReleaseInput, ReleaseResult } from './release.ts';
import type { RunEnd, RunInput } from './run-input.ts';
import { runJob } from './run-job.ts';
import { describeRun, noFindings, type RunFindings, settle } from './settle.ts';
import { messageOf, takeStep } from './take-step.ts';

df.app.orchestration('retrain', function* (context) {
  const input = context.df.getInput<RunInput>();
  if (!input) throw new Error('retrain was started without a run');
  const progress: Progress = { findings: noFindings };
  let end: RunEnd;
  try {
    end = yield* takePhases(context, input, progress);
  } catch (error) {
    end = { outcome: 'failed', sentence: `Ratchet could not go on: ${messageOf(error)}` };
  }
  context.df.setCustomStatus({ phase: 'settled', outcome: end.outcome });
  return yield* settle(context, input, end, progress.findings);
});

/** Kept outside the phases, so that a run that fails in one still tells what the earlier ones brought about. */
interface Progress {
  findings: RunFindings;
}

function* takePhases(
  context: df.OrchestrationContext,
  input: RunInput,
  progress: Progress,
): Generator<df.Task, RunEnd, unknown> {
  const { runId, pinned } = input;
  const found = (more: Partial<RunFindings>): void => {
    progress.findings = { ...progress.findings, ...more };
  };
  const enter = (phase: RunPhase) => enterPhase(context, input, phase, progress.findings);

  yield* enter(input.promoted ? 'evaluate' : 'train');
  const data = yield* takeStep(context, 'pin-data', { runId, pinned });
  if (data.partitions === 0) {
    const left = data.refused ? ` that may be used: ${data.refused} refused, see the manifest` : '';
    return {
      outcome: 'evidence-error',
      sentence: `There is no data under ${pinned.config.data.path}${left}.`,
    };
  }
  if (!input.promoted) {
    const job = yield* runJob(context, input, 'train', null);
    if (!job.succeeded) return jobEnd('training-failed', job.jobName, job.status, job.error);
  }
  const challenger = input.promoted ?? newVersion(input);
  found({ challenger });

  if (!input.promoted) yield* enter('evaluate');
  const evaluation = yield* runJob(context, input, 'evaluate', challenger);
  if (!evaluation.succeeded) {
    return jobEnd('evaluation-failed', evaluation.jobName, evaluation.status, evaluation.error);
  }

  yield* enter('gate');
  const hasChampion = input.champion !== null;
  const { report, reportHash } = yield* takeStep(context, 'judge-evidence', { runId, pinned, hasChampion });
  found({ verdict: report.verdict });
  if (report.verdict !== 'passed') return { outcome: unpassed[report.verdict], sentence: report.sentence };

  yield* enter('register');
  const registered =
    input.promoted ?? (yield* register(context, input, challenger, data.manifestHash, reportHash));
  found({ challenger: registered, registeredVersion: registered.version });

  yield* enter('release');
  const release: ReleaseInput = {
    runId,
    stages: pinned.config.release.stages,
    model: registered,
    previous: input.champion,
    gateReportHash: reportHash,
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
  return { outcome: 'released', sentence: report.sentence };
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

function* register(
  context: df.OrchestrationContext,
  input: RunInput,
  challenger: ModelVersion,
  dataHash: string,
  reportHash: string,
): Generator<df.Task, ModelVersion, unknown> {
  return yield* takeStep(context, 'register-model', {
    runId: input.runId,
    challenger,
    jobName: `${input.runId}-train`,
    tags: {
      ratchetRun: input.runId,
      // A tag holds 256 characters; the hash ties it to the whole list in the ledger.
      ratchetSignals: `${input.signals.length} signals, sha256 ${hashJson(input.signals)}`,
      ratchetConfigHash: input.pinned.configHash,
      ratchetGateReportHash: reportHash,
      ratchetDataHash: dataHash,
      ratchetParentVersion: input.champion?.version ?? 'none',
    },
  });
}

const unpassed: Readonly<Record<Exclude<Verdict, 'passed'>, RunOutcome>> = {
  failed: 'gate-failed',
  inconclusive: 'inconclusive',
  error: 'evidence-error',
};

function jobEnd(outcome: RunOutcome, jobName: string, status: string, error: string): RunEnd {
  return { outcome, sentence: `Job ${jobName} ended ${status}${error ? `: ${error}` : ''}.` };
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
