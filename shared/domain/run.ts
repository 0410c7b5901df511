import type { BrokenGlass } from './broken-glass.ts';
import type { Elsewhere } from './elsewhere.ts';
import type { GateReport } from './gate-report.ts';
import type { JobAttempt } from './job-attempt.ts';
import type { SignalKind } from './signal.ts';
import type { Reuse } from './training.ts';
import type { Tuning } from './tuning.ts';
import type { Word } from './word.ts';

export const runPhases = [
  'past-champions',
  'train',
  'evaluate',
  'gate',
  'register',
  'release',
  'settled',
] as const;
export type RunPhase = (typeof runPhases)[number];

/** How a run ended. Closed; docs/runs.md lists each. */
export const runOutcomes = [
  'released', // the challenger is the champion
  'candidate', // the challenger has passed, and its release over stages has begun
  'unchanged', // a training of the same inputs serves already, or is on its way
  'gate-failed', // the challenger is not good enough
  'inconclusive', // the evidence does not suffice to say
  'evidence-error', // the evidence is missing or broken
  'training-failed', // the training job failed, was cancelled or ran out of time
  'evaluation-failed', // the same of the evaluation job
  'cancelled', // a person, or a signal under whileRunning: restart, had it cancelled
  'lost', // it died, was terminated or purged, and the watchdog freed its model
  'failed', // Ratchet itself could not go on
] as const;
export type RunOutcome = (typeof runOutcomes)[number];

/** Whether a run that released nothing counts as one more that did not help: for the breaker, and a cooldown that doubles. */
export const isUnsuccessful = (outcome: RunOutcome | null): boolean =>
  outcome !== 'cancelled' && outcome !== 'candidate' && outcome !== 'unchanged';

/** A version of a model in the workspace's registry, or about to be one. */
export interface ModelVersion {
  readonly name: string;
  /**
   * The registry's number. Before the registration it is the end of the id of the run that trained it, and in
   * registries of before there were numbers it stayed that.
   */
  readonly version: string;
  /** `azureml://…` path of the model's files. */
  readonly modelUri: string;
  /** The run that registered it; absent where a person did, and before it was kept. */
  readonly runId?: string;
  /** The run that has it released again without training: a past champion, or one of an earlier training; absent where none has. */
  readonly chosenBy?: string;
}

/** A challenger whose gates could not say, kept to be judged again. */
export interface KeptChallenger {
  readonly version: ModelVersion;
  /** How often it has been judged. */
  readonly times: number;
}

/** One row of the ledger: a run, as far as it has come. */
export interface Run {
  readonly runId: string;
  readonly model: string;
  readonly kind: 'retrain' | 'promote' | 'reevaluate';
  /** Kind of the signal that started the run. */
  readonly signalKind: SignalKind;
  /** Every signal the run answers. */
  readonly signals: readonly string[];
  readonly phase: RunPhase;
  readonly outcome: RunOutcome | null;
  /** The outcome with its numbers, for a person. */
  readonly sentence: string;
  /** Its jobs that failed and were to be submitted again, in order; absent where there were none. */
  readonly attempts?: readonly JobAttempt[];
  /** The past champions that it looked at before training, in order; absent where it looked for none. */
  readonly pastChampions?: readonly PastChampion[];
  /** Whether it took an earlier training; absent where the model file has no `training.reuse`, and it came to no training. */
  readonly reuse?: Reuse;
  /** What its sweep found; absent where it has none. */
  readonly tuned?: Tuning;
  /** Its training that runs outside of the workspace, the latest attempt; absent where it has none. */
  readonly elsewhere?: Elsewhere;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly champion: ModelVersion | null;
  readonly challenger: ModelVersion | null;
  readonly registeredVersion: string | null;
  readonly released: boolean;
  readonly verdict: GateReport['verdict'] | null;
  readonly configHash: string;
  /** Who accepted it where the gates could not say; absent where nobody did. */
  readonly acceptedBy?: Word;
  /** Who promoted its challenger against the gates; once there, it stays. */
  readonly brokenGlass?: BrokenGlass;
  /** When each phase was first known to have begun, the first first; kept by the ledger, absent in older rows. */
  readonly phases?: readonly PhaseStart[];
}

/** A past champion, and what became of it in a run. */
export interface PastChampion {
  readonly version: string;
  /** The job that scored it; null where none did. */
  readonly jobName: string | null;
  /** What the gates say; null where it was not judged. */
  readonly verdict: GateReport['verdict'] | null;
  /** Why, for a person. */
  readonly sentence: string;
}

interface PhaseStart {
  readonly phase: RunPhase;
  /** ISO 8601, UTC. */
  readonly from: string;
}

/** The model in a run id: `spam-filter` of `spam-filter-20020902-1f2e3d4c`. Null where the text is no run id. */
export function modelOfRun(runId: string): string | null {
  return /^(.+)-\d{8}-[0-9a-f]+$/.exec(runId)?.[1] ?? null;
}

/** The same of a release: its id is that of its run, of an order to go back, or of a drill that a run's release had begun. */
export function modelOfRelease(releaseId: string): string | null {
  return /^(.+)-\d{8}-[0-9a-f]+(?:-drill\d+)?-release$/.exec(releaseId)?.[1] ?? null;
}
