/**
 * The effectful steps orchestrators may take: the name each activity registers under, its input and its answer.
 *
 * Activities run at least once. Each is idempotent by the run id (or signal id) in its input, and answers the same
 * when repeated. Inputs and answers are recorded in durable history: small, plain JSON, never a secret.
 */
import type { JobConfig, PinnedModel, StageConfig } from '../shared/config/schema.ts';
import type { Decision } from '../shared/domain/decision.ts';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { LineageTags } from '../shared/domain/lineage.ts';
import type { ReleaseNotice } from '../shared/domain/release.ts';
import type { ModelVersion, Run } from '../shared/domain/run.ts';
import type { Look } from '../shared/signals/due-schedules.ts';
import type { MonitorRunRef } from '../shared/signals/parse-monitor-completed.ts';
import type { MonitorBreach } from '../shared/signals/read-breach.ts';

/** How a job stands in the workspace. `ended` says whether it will change any more. */
export interface JobState {
  readonly jobName: string;
  /** As the workspace reports it: Completed, Failed, Running …; Refused where it never became a job. */
  readonly status: string;
  readonly ended: boolean;
  readonly succeeded: boolean;
  /** The workspace's own words on a failure, empty otherwise. */
  readonly error: string;
}

/** A run of a model monitor's step, as the workspace has it. */
export interface MonitorStepRun {
  /** As MLflow words it. */
  readonly status: string;
  readonly experimentId: string;
  /** The run of the whole monitor; null where the workspace does not say. */
  readonly rootRun: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly breach: MonitorBreach | null;
}

export interface Steps {
  /** Reads a version from the registry: null where there is none; `own` says whether one of our runs made it. */
  'find-model': {
    input: { name: string; version: string };
    output: { model: ModelVersion | null; own: boolean };
  };
  /** Reads the run of a monitor's step from the workspace: null where there is none. */
  'read-monitor-run': { input: { runId: string }; output: MonitorStepRun | null };
  /** Offers a recovery for each signal that a monitor's completed run found good again; answers their ids. */
  'offer-recoveries': { input: MonitorRunRef; output: { recoveries: readonly string[] } };
  /** Lists the data path, writes `runs/{runId}/manifest.json`, answers its hash and the number of partitions. */
  'pin-data': {
    input: { runId: string; pinned: PinnedModel };
    output: { manifestHash: string; partitions: number };
  };
  /** Submits a job under its deterministic name, unless the workspace has it already. Refused by it: status Refused. */
  'submit-job': {
    input: {
      runId: string;
      model: string;
      phase: 'train' | 'evaluate';
      dataPath: string;
      job: JobConfig;
      challenger: ModelVersion | null;
      champion: ModelVersion | null;
    };
    output: JobState;
  };
  'get-job': { input: { jobName: string }; output: JobState };
  /** Cancels a job that has not ended and answers how it stands; a job that has ended stays as it is. */
  'cancel-job': { input: { jobName: string }; output: JobState };
  /** Reads the evidence, judges it, writes `runs/{runId}/gate-report.json`, answers the report and its hash. */
  'judge-evidence': {
    input: { runId: string; pinned: PinnedModel; hasChampion: boolean };
    output: { report: GateReport; reportHash: string };
  };
  /** Registers the challenger with lineage tags under the version given; a version that exists stays as it is. */
  'register-model': {
    input: { runId: string; challenger: ModelVersion; jobName: string; tags: LineageTags };
    output: ModelVersion;
  };
  /** Tells one stage's channel. Every delivery carries the same release id. */
  'publish-release': { input: { stage: StageConfig; notice: ReleaseNotice }; output: { releaseId: string } };
  /** Writes a decision to the ledger, replacing an earlier answer to the same signal. */
  'record-decision': { input: Decision; output: null };
  /** Writes a run, as far as it has come, to the ledger. */
  'record-run': { input: Run; output: null };
  /** Offers what schedules and old champions ask for since the last look; answers what it looked at. */
  'offer-due-signals': { input: { previous: Look | null; now: string }; output: Pick<Look, 'known'> };
}

export type StepName = keyof Steps;
