/** Whoever runs a training outside of the workspace. Calls fail as those of a release's channel do (pipeline-channel.ts). */
import type { FailureKind } from '../domain/job-attempt.ts';
import type { OutsideRun, PipelineSeen, TrainingOrder } from '../domain/pipeline.ts';

/** What became of it. */
export interface OutsideEnd {
  /** Commit of the repository that it ran; null: not known. */
  readonly commit: string | null;
  readonly ranMs: number | undefined;
  /** Why it failed; null: it went well. */
  readonly failure: { readonly said: string; readonly kind: FailureKind } | null;
  /** What it reports, each a JSON object, or null where it is none; empty where it reports nothing. */
  readonly reports: readonly (Readonly<Record<string, unknown>> | null)[];
}

export interface OutsideLog {
  readonly task: string | null;
  readonly tasks: readonly { readonly step: string; readonly status: string }[];
  readonly text: string;
  readonly next: number;
  readonly more: boolean;
  readonly hasEnded: boolean;
}

export interface TrainingChannel {
  start(order: TrainingOrder): Promise<PipelineSeen>;
  observe(order: TrainingOrder, run: OutsideRun | null): Promise<PipelineSeen>;
  cancel(order: TrainingOrder, run: OutsideRun | null): Promise<PipelineSeen>;
  /** Of one that has ended. */
  endOf(run: OutsideRun, hasSucceeded: boolean): Promise<OutsideEnd>;
  /** A part of the log of a task, from a line on. */
  logOf(run: OutsideRun, task: string | undefined, fromLine: number): Promise<OutsideLog>;
  /** Looks whether there is what is to be run; answers what it found, for a person. */
  look(): Promise<string>;
}
