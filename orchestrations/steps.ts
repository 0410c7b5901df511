/**
 * The effectful steps orchestrators may take: the name each activity registers under, its input and its answer.
 *
 * Activities run at least once. Each is idempotent by the run id (or signal id) in its input, and answers the same
 * when repeated. Inputs and answers are recorded in durable history: small, plain JSON, never a secret.
 */
import type { AskedFleet } from '../shared/admission/place-request.ts';
import type { ReleaseConfig } from '../shared/config/release-schema.ts';
import type { AnyJobConfig, Expectations, PinnedModel, Policy } from '../shared/config/schema.ts';
import type { BrokenGlass } from '../shared/domain/broken-glass.ts';
import type { Decision } from '../shared/domain/decision.ts';
import type { Elsewhere } from '../shared/domain/elsewhere.ts';
import type { FleetState } from '../shared/domain/fleet-state.ts';
import type { GateReport } from '../shared/domain/gate-report.ts';
import type { FailureKind } from '../shared/domain/job-attempt.ts';
import type { LineageTags } from '../shared/domain/lineage.ts';
import type { ModelState } from '../shared/domain/model-state.ts';
import type { NoticeAddress } from '../shared/domain/notice.ts';
import type { Operation } from '../shared/domain/operation.ts';
import type { Reconciliation } from '../shared/domain/reconciliation.ts';
import type { ModelVersion, Run } from '../shared/domain/run.ts';
import type { Tuning } from '../shared/domain/tuning.ts';
import type { ChannelStage } from '../shared/release/transitions/stages.ts';
import type { ProbationBasis } from '../shared/release/transitions/trial.ts';
import type { ScheduleScan } from '../shared/signals/due-schedules.ts';
import type { MonitorRunRef } from '../shared/signals/fact.ts';
import type { Measured, QueryMeasurement, RunMeasurement } from '../shared/signals/measurement.ts';
import type { MonitorBreach } from '../shared/signals/read-breach.ts';
import type { ElsewhereSteps } from './elsewhere-steps.ts';
import type { PastChampionSteps } from './past-champion-steps.ts';
import type { ReleaseSteps } from './release-steps.ts';
import type { ReuseSteps } from './reuse-steps.ts';

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
  /** Why it failed; absent where the workspace does not say, and in histories of before it was asked. */
  readonly kind?: FailureKind;
  /** Of a sweep that went well: what it found, and where the model of its best trial lies. */
  readonly tuned?: Tuning;
  readonly modelUri?: string;
  /** Of a training that runs outside of the workspace: what runs it, as far as that is known. */
  readonly elsewhere?: Elsewhere;
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

export interface Steps extends ReleaseSteps, PastChampionSteps, ReuseSteps, ElsewhereSteps {
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
      /** From 1, which is what it is when absent. */
      attempt?: number;
      dataPath: string;
      job: AnyJobConfig;
      challenger: ModelVersion | null;
      champion: ModelVersion | null;
    };
    output: JobState;
  };
  'get-job': { input: { jobName: string }; output: JobState };
  /**
   * Cancels a job that has not ended and answers how it stands; a job that has ended stays as it is, and if another attempt
   * took its place, that one is cancelled.
   */
  'cancel-job': { input: { jobName: string }; output: JobState };
  /**
   * Records the look at the holdout, judges the evidence, writes `runs/{runId}/gate-report.json` and its page beside it, of a
   * past champion under its number, and without one only where it passes; answers what of the report fits into history, and the hash of all of it.
   */
  'judge-evidence': {
    input: {
      runId: string;
      pinned: PinnedModel;
      hasChampion: boolean;
      /** Which attempts of the run's jobs have left what is judged; absent where both are the first. */
      attempts?: { train: number; evaluate: number };
      /** Where the files of the challenger lie; absent where they are the run's own folder. */
      modelUri?: string;
      /** Where it is a past champion that is judged: its files, and how many are. */
      pastChampion?: { modelUri: string; among: number };
    };
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
  /** Writes a decision to the ledger, replacing an earlier answer to the same signal. */
  'record-decision': { input: Decision; output: null };
  /** Writes a run, as far as it has come, to the ledger. */
  'record-run': { input: Run; output: null };
  /** Writes what an operator did, or tried to, to the ledger. */
  'record-operation': { input: Operation; output: null };
  /** Has the task hub forget the orchestrations that have ended and began before then; answers how many. */
  'purge-histories': { input: { before: string }; output: { purged: number } };
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
  'read-fleet': { input: object; output: AskedFleet };
  /** Looks for runs, places and sleepers whose orchestrations are gone. */
  'find-lost-work': { input: { now: string }; output: LostWork };
  /** Starts the admission of a signal again whose orchestration is gone. */
  'revive-signal': { input: { model: string; signal: string }; output: { revived: boolean } };
  /** Asks a query of the model file and offers what its rows say. A query that is wrong is answered with a note. */
  'query-logs': { input: QueryMeasurement; output: Measured };
  /** Reads a completed run's metric and offers what it says. */
  'read-run-metric': { input: RunMeasurement; output: Measured };
  /** Offers what is due since the last look, and has due queries asked; answers what it looked at. */
  'offer-due-signals': {
    input: { previous: ScheduleScan | null; now: string };
    output: Pick<ScheduleScan, 'known' | 'quiet'>;
  };
}

export type StepName = keyof Steps;
