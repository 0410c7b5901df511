/**
 * The effectful steps orchestrators may take: the name each activity registers under, its input and its answer.
 *
 * Activities run at least once. Each is idempotent by the run id (or signal id) in its input, and answers the same
 * when repeated. Inputs and answers are recorded in durable history: small, plain JSON, never a secret.
 */
import type { FleetPolicy } from '../shared/config/fleet-schema.ts';
import type { PipelineStage } from '../shared/config/pipeline-stage-schema.ts';
import type { ReleaseConfig, TargetConfig } from '../shared/config/release-schema.ts';
import type { Expectations, JobConfig, PinnedModel, Policy } from '../shared/config/schema.ts';
import type { NotifyStage } from '../shared/config/stage-schema.ts';
import type { WaitingDeployment } from '../shared/controllers/protection-rule.ts';
import type { BrokenGlass } from '../shared/domain/broken-glass.ts';
import type { Decision } from '../shared/domain/decision.ts';
import type { FleetState } from '../shared/domain/fleet-state.ts';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { LineageTags } from '../shared/domain/lineage.ts';
import type { ModelState } from '../shared/domain/model-state.ts';
import type { AddressedNotice, Notice, NoticeAddress, NoticeRow, Sent } from '../shared/domain/notice.ts';
import type { Operation } from '../shared/domain/operation.ts';
import type { OutsideRun, PipelineOrder, PipelineSeen } from '../shared/domain/pipeline.ts';
import type { Reconciliation } from '../shared/domain/reconciliation.ts';
import type { ReleaseNotice } from '../shared/domain/release.ts';
import type { LookResult, Observed, ReleaseRow, Split, TrialResult } from '../shared/domain/release-state.ts';
import type { ModelVersion, Run } from '../shared/domain/run.ts';
import type { ChannelStage } from '../shared/release/transitions/stages.ts';
import type { DueLook, SignedVersion, TargetState } from '../shared/release/transitions/state.ts';
import type { ProbationBasis, TrialQuestion, TrialStart } from '../shared/release/transitions/trial.ts';
import type { ScheduleScan } from '../shared/signals/due-schedules.ts';
import type { MonitorRunRef } from '../shared/signals/fact.ts';
import type { Measured, QueryMeasurement, RunMeasurement } from '../shared/signals/measurement.ts';
import type { MonitorBreach } from '../shared/signals/read-breach.ts';
import type { StagedReleaseInput } from './release-walk.ts';

/** How a job stands in the workspace. `ended` says whether it will change any more. */
export interface JobState {
  readonly jobName: string;
  /** As the workspace reports it: Completed, Failed, Running …; Refused where it never became a job. */
  readonly status: string;
  readonly ended: boolean;
  readonly succeeded: boolean;
  /** The workspace's own words on a failure, empty otherwise. */
  readonly error: string;
  /** How long it ran, once it has ended; absent where the workspace does not say. */
  readonly computeMs?: number;
}

/** What the watchdog has found. */
export interface LostWork {
  /** Runs that are live in their model's state and whose orchestration has ended or is gone. */
  readonly runs: readonly {
    readonly model: string;
    readonly runId: string;
    readonly why: string;
    readonly run: Run | null;
    /** What may still run of it; absent in histories of before that was ended. */
    readonly jobs?: readonly string[];
  }[];
  /** Runs that died, of models without one since; absent in histories of before models remembered them. */
  readonly dead?: readonly {
    readonly model: string;
    readonly runId: string;
    readonly jobs: readonly string[];
  }[];
  /** Places of the fleet for runs that are not under way. */
  readonly places: readonly { readonly model: string; readonly runId: string }[];
  /** Models of which the ledger knows, and whose entities have no state; absent in histories of before. */
  readonly fresh?: readonly string[];
  /** Whether the fleet's entity has no state. */
  readonly isFleetFresh?: boolean;
  /** Signals that sleep in their model's state and whose orchestration has ended or is gone. */
  readonly signals: readonly { readonly model: string; readonly signal: string }[];
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

/** A run whose challenger gates may have held back, and what a promotion of it needs. */
export interface HeldBack {
  readonly run: Pick<
    Run,
    | 'runId'
    | 'model'
    | 'kind'
    | 'outcome'
    | 'champion'
    | 'challenger'
    | 'registeredVersion'
    | 'released'
    | 'signals'
    | 'configHash'
    | 'brokenGlass'
  >;
  readonly gateReportHash: string;
  readonly dataHash: string;
  /** That of the model file as it is now; absent in histories of before targets, which have `stages`. */
  readonly release?: ReleaseConfig;
  readonly stages: readonly ChannelStage[];
  readonly freezes?: Policy['freezes'];
  /** Absent where no stage of the release is a probation. */
  readonly probation?: ProbationBasis;
  /** Absent where the model file has none. */
  readonly notices?: readonly NoticeAddress[];
}

/** What a stage starts outside; `run` null: not known to have been started. */
interface PipelineQuestion {
  readonly stage: PipelineStage;
  readonly order: PipelineOrder;
  readonly run: OutsideRun | null;
}

/** A version at a target, or on its way there. */
interface DeployedVersion {
  readonly target: TargetConfig;
  readonly deployment: string;
  readonly model: ModelVersion;
  readonly releaseId: string;
}

export interface Steps {
  /** Looks at workspace and storage for what no event has told since the last scan, and acts on it. */
  'find-lost-events': { input: { previous: Reconciliation | null; now: string }; output: Reconciliation };
  /** Makes a model's state anew from ledger and registry; fails where either cannot be asked. */
  'rebuild-model': { input: { model: string; now: string }; output: ModelState };
  /** The same of the fleet's state. */
  'rebuild-fleet': { input: { now: string }; output: FleetState };
  /** Reads a version from the registry: null where there is none; `own` says whether one of our runs made it. */
  'find-model': {
    input: { name: string; version: string };
    output: { model: ModelVersion | null; own: boolean };
  };
  /** Holds an uploaded file against the expectations and keeps the verdict: `refused` says why it may not be used. */
  'inspect-data': {
    input: {
      model: string;
      /** The model's data path; `path` lies below it. */
      folder: string;
      path: string;
      etag: string;
      bytes: number;
      expected: Expectations;
    };
    output: { refused: string | null; rows: number | null; bytes: number };
  };
  /** Reads the run of a monitor's step from the workspace: null where there is none. */
  'read-monitor-run': { input: { runId: string }; output: MonitorStepRun | null };
  /** Offers a recovery for each signal that a monitor's completed run found good again; answers their ids. */
  'offer-recoveries': { input: MonitorRunRef; output: { recoveries: readonly string[] } };
  /**
   * Lists the data path, inspects what has no verdict, writes `runs/{runId}/manifest.json`; answers its hash and the
   * number of partitions, and of files left out where there are any.
   */
  'pin-data': {
    input: { runId: string; pinned: PinnedModel };
    output: { manifestHash: string; partitions: number; refused?: number };
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
  /**
   * Records the look at the holdout, judges the evidence, writes `runs/{runId}/gate-report.json` and its page beside it;
   * answers what of the report fits into history, and the hash of all of it.
   */
  'judge-evidence': {
    input: { runId: string; pinned: PinnedModel; hasChampion: boolean };
    output: { report: GateReport; reportHash: string };
  };
  /**
   * Registers the challenger with lineage tags under the registry's next number, and answers the version; one that the
   * run has already stays as it is. The challenger's own version names its run, for nobody has numbered it yet.
   */
  'register-model': {
    input: { runId: string; challenger: ModelVersion; jobName: string; tags: LineageTags };
    output: ModelVersion;
  };
  /** Tells one stage's channel. Every delivery carries the same release id. */
  'publish-release': { input: { stage: NotifyStage; notice: ReleaseNotice }; output: { releaseId: string } };
  /** Reads back what a target serves. */
  'observe-target': { input: { target: TargetConfig }; output: Observed };
  /**
   * Has a version deployed without traffic, unless it is, and answers how that stands, the first time with the digest of
   * its files, and where there is a key with that of its package. A digest other than the given one is a refusal.
   */
  'deploy-version': {
    input: DeployedVersion & { digest: string | null; isFirst: boolean };
    output: {
      state: 'ready' | 'changing' | 'failed';
      digest: string | null;
      package?: string | null;
      why: string;
    };
  };
  /** Sends a deployment the smoke requests of the model file: whether that version answered each. */
  'ask-version': { input: DeployedVersion; output: { answered: boolean; why: string } };
  /** Begins to change who answers the requests of a target, unless what is released is not what was signed. */
  'shift-traffic': {
    input: { target: TargetConfig; to: Split; verify?: SignedVersion };
    output: null | { unverified: string };
  };
  /** SHA-256 over the files of a version, hex; null where they lie where they cannot be read. */
  'find-digest': { input: { model: ModelVersion }; output: { digest: string | null } };
  /** Starts what a stage starts outside, unless it was started, and answers how that stands. */
  'start-pipeline': { input: PipelineQuestion; output: PipelineSeen };
  /** How it stands. */
  'watch-pipeline': { input: PipelineQuestion; output: PipelineSeen };
  /** Has it end, and answers how it stands then. What is over, or was never started, stays so. */
  'cancel-pipeline': { input: PipelineQuestion; output: PipelineSeen };
  /** Deletes a deployment that has no traffic. */
  'retire-deployment': { input: { target: TargetConfig; deployment: string }; output: null };
  /** Makes a target's state anew from what the ledger knows of releases. */
  'rebuild-target': { input: { endpoint: string }; output: TargetState };
  /** Starts the orchestration of a release, unless it was started. */
  'start-release': { input: StagedReleaseInput; output: null };
  /** Has releases look again at once; those that are over are passed over. */
  'wake-releases': { input: { releases: readonly string[] }; output: null };
  /** Has people told, one orchestration for each notice and receiver, unless they were. */
  'start-notices': { input: { notices: readonly AddressedNotice[] }; output: null };
  /** Sends a notice to one receiver, once; what became of it is an answer. */
  'send-notice': { input: { notice: Notice; to: string }; output: Sent };
  /** Writes what became of a notice to the ledger. */
  'record-notice': { input: NoticeRow; output: null };
  /** Writes a release, as far as it has come, to the ledger. */
  'record-release': { input: ReleaseRow; output: null };
  /** Whether a version may enter a stage. A question that is wrong is a refusal. */
  'ask-usable': {
    input: { model: string; version: string; stage: string };
    output: { usable: 'yes' | 'no' | 'wait'; reason: string };
  };
  /** Tells GitHub what becomes of a deployment that waits; `state` null: why it waits. */
  'review-deployment': {
    input: { deployment: WaitingDeployment; state: 'approved' | 'rejected' | null; comment: string };
    output: null;
  };
  /** The people who requested what these signals asked for. */
  'find-requesters': {
    input: { model: string; signals: readonly string[] };
    output: { requestedBy: readonly string[] };
  };
  /** Writes a decision to the ledger, replacing an earlier answer to the same signal. */
  'record-decision': { input: Decision; output: null };
  /** Writes a run, as far as it has come, to the ledger. */
  'record-run': { input: Run; output: null };
  /** Writes what an operator did, or tried to, to the ledger. */
  'record-operation': { input: Operation; output: null };
  /** Has signals that sleep offered again; those that sleep no more are passed over. */
  'wake-signals': { input: { signals: readonly string[] }; output: null };
  /** Tells a run, or its release, that it is to end: `runId` is its instance. One that is over is passed over. */
  'cancel-run': { input: { runId: string; because: string }; output: null };
  /** Wakes a run that asks: a person has answered. One that is over is passed over. */
  'answer-run': { input: { runId: string }; output: null };
  /** Reads a run from the ledger, with the hashes of its report and data where gates held it back; null: there is none. */
  'find-held-back': { input: { model: string; runId: string }; output: HeldBack | null };
  /** Marks a settled run's row for ever: two people have broken its glass. */
  'mark-broken-glass': {
    input: {
      runId: string;
      brokenGlass: BrokenGlass;
      /** Null, and false: not yet, or not at all; what the row has stays. */
      registeredVersion: string | null;
      released: boolean;
    };
    output: null;
  };
  /** Reads the fleet file, and which models there are. */
  'read-fleet': { input: object; output: { policy: FleetPolicy | null; models: readonly string[] } };
  /** Looks for runs, places and sleepers whose orchestrations are gone. */
  'find-lost-work': { input: { now: string }; output: LostWork };
  /** Starts the admission of a signal again whose orchestration is gone. */
  'revive-signal': { input: { model: string; signal: string }; output: { revived: boolean } };
  /** Asks a query of the model file and offers what its rows say. A query that is wrong is answered with a note. */
  'query-logs': { input: QueryMeasurement; output: Measured };
  /** Reads a completed run's metric and offers what it says. */
  'read-run-metric': { input: RunMeasurement; output: Measured };
  /**
   * Counts the requests that a release's version and its champion were sent, and judges its checks. Counts that are not to
   * be had are an inconclusive look, which says why; `at` is the look's `until`.
   */
  'look-at-requests': { input: { target: TargetConfig; look: DueLook }; output: LookResult };
  /**
   * Pins the labelled rows that have come for a look of a probation, and submits its job under a name of its own, unless
   * there is one. `gone`: there is nothing to judge, or the job was refused.
   */
  'begin-trial': { input: TrialStart; output: { state: 'running' | 'gone'; why: string } };
  /** Judges what the job of a look has left, and writes the report and its page beside it. */
  'judge-trial': { input: TrialQuestion; output: { isDecisive: boolean; result: Omit<TrialResult, 'at'> } };
  /** Has the registry say of a version what holds. */
  'mark-version': {
    input: { readonly name: string; readonly version: string; readonly endpoint: string };
    output: null;
  };
  /** Offers what is due since the last look, and has due queries asked; answers what it looked at. */
  'offer-due-signals': {
    input: { previous: ScheduleScan | null; now: string };
    output: Pick<ScheduleScan, 'known'>;
  };
}

export type StepName = keyof Steps;
