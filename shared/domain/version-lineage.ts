/**
 * Where a version of a model comes from and what became of it, as one document. Plain JSON.
 *
 * Owns: the shape, which is an interface: docs/lineage.md describes it. Does not own: how it is found (shared/lineage).
 */
import type { DataPartition } from './data-manifest.ts';
import type { Decision } from './decision.ts';
import type { GateResult } from './gate-report.ts';
import type { Operation } from './operation.ts';
import type { ReleaseRow } from './release-state.ts';
import type { Run } from './run.ts';

export const lineageSchemaVersion = 1;

export interface VersionLineage {
  /** Raised when a field changes its meaning or goes; fields may be added without. */
  readonly schemaVersion: typeof lineageSchemaVersion;
  readonly model: string;
  readonly version: string;
  /** Resource id of the workspace. */
  readonly workspace: string;
  /**
   * `run`: a run of Ratchet trained and registered it. `hand`: somebody else registered it; a run may have judged it.
   * `unclear`: what the registry says of its run is not what the ledger says.
   */
  readonly origin: 'run' | 'hand' | 'unclear';
  /** For a person. */
  readonly sentence: string;
  /** What the registry has; null: it does not have the version. */
  readonly registered: RegisteredFacts | null;
  /** SHA-256 over its files as the latest of its releases read them, hex; null: none has. */
  readonly digest: string | null;
  /** The run that registered it, or judged it where it was registered by hand; null: none is known. */
  readonly run: Run | null;
  /** The run that trained it, where that is another: its challenger was kept and judged again. */
  readonly trainedBy: Run | null;
  /** Runs that have released it again as a past champion, without training, the latest first. */
  readonly chosenBy: readonly string[];
  /** What the run answers, as the run lists it, with the decision on each. */
  readonly signals: readonly { readonly id: string; readonly decision: Decision | null }[];
  /** Signals beyond those. */
  readonly signalsLeftOut: number;
  readonly modelFile: ModelFileFacts | null;
  /** What it was trained on; null: not known. */
  readonly trainedOn: DataFacts | null;
  /** What it was judged on; null: not known. */
  readonly judgedOn: DataFacts | null;
  readonly gateReport: GateReportFacts | null;
  /** The champion it was judged against, and so replaces where it is released; null: there was none, or it is not known. */
  readonly replaces: { readonly version: string; readonly runId: string | null } | null;
  /** What people and machines ordered of the run and of its releases, newest first. */
  readonly operations: readonly Operation[];
  /** Newest first, going back to the version included. */
  readonly releases: readonly ReleaseRow[];
  /** What is not known, and why; one sentence each. */
  readonly notKnown: readonly string[];
  /** What does not agree with each other, and so was changed by somebody; one sentence each. */
  readonly contradictions: readonly string[];
}

interface RegisteredFacts {
  readonly modelUri: string;
  /** ISO 8601, UTC; null: the registry does not say. */
  readonly createdAt: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/** What the model file said when the run began. */
interface ModelFileFacts {
  /** SHA-256 over it, hex. */
  readonly hash: string;
  readonly description: string | null;
  readonly task: string | null;
  /** Null, all of them: the run was before they were kept. */
  /** Null, too, where training was a pipeline. */
  readonly training: JobFacts | null;
  /** Of a training that was a pipeline; of a published one first itself, then its steps. */
  readonly trainingSteps?: readonly StepFacts[];
  /** Null, too, where the evaluation was a pipeline. */
  readonly evaluation: JobFacts | null;
  readonly evaluationSteps?: readonly StepFacts[];
}

export interface StepFacts extends Omit<JobFacts, 'command' | 'environment'> {
  readonly step: string;
  /** Of a published component: which version of which. What it runs is as the workspace says, null where it does not. */
  readonly component?: string;
  readonly command: string | null;
  readonly environment: string | null;
}

export interface JobFacts {
  readonly command: string;
  /** Versions of assets of the workspace, which do not change. */
  readonly code: string | null;
  readonly environment: string;
  readonly compute: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface DataFacts {
  /** The run whose manifest it is. */
  readonly runId: string;
  /** SHA-256 over the manifest, hex. */
  readonly hash: string;
  /** Of training: all of them; of judging: those whose held-out rows are scored. The first of them, oldest first. */
  readonly partitions: readonly DataPartition[];
  readonly partitionsLeftOut: number;
  readonly bytes: number;
  /** Share of the rows that training left out and judging scores. */
  readonly holdoutShare: number;
  /** Files that were refused. */
  readonly refused: number;
}

interface GateReportFacts {
  readonly runId: string;
  /** SHA-256 over the report, hex. */
  readonly hash: string;
  readonly verdict: string;
  readonly sentence: string;
  readonly rows: number | null;
  readonly gates: readonly Pick<
    GateResult,
    | 'gate'
    | 'kind'
    | 'metric'
    | 'severity'
    | 'rule'
    | 'verdict'
    | 'sentence'
    | 'challenger'
    | 'champion'
    | 'interval'
    | 'n'
  >[];
}
