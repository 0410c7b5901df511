/** A training that has ended well: what a later run of the same inputs may take in place of training again. */
import type { Tuning } from './tuning.ts';

export interface Training {
  readonly model: string;
  /** SHA-256 over all that went into it, hex (shared/config/training-fingerprint.ts). */
  readonly fingerprint: string;
  /** The run that trained it, and the job. */
  readonly runId: string;
  readonly jobName: string;
  /** `azureml://…` path of its files. */
  readonly modelUri: string;
  /** SHA-256 over its files, read once the job had ended, hex. */
  readonly digest: string;
  /** When the job was seen to have ended (ISO 8601, UTC). */
  readonly endedAt: string;
  /** What its sweep found; absent where it was none. */
  readonly tuned?: Tuning;
  /** The runs that judged it, or were about to, the one that trained it first. */
  readonly uses: readonly TrainingUse[];
}

export interface TrainingUse {
  readonly runId: string;
  /** SHA-256 over what judged it: gates, evaluation, champion, hex. */
  readonly judgedBy: string;
}

/** What a run found when it looked for an earlier training. */
export interface Reuse {
  /** Of its own inputs, SHA-256, hex; null: they cannot be pinned, and the sentence says why. */
  readonly fingerprint: string | null;
  /** The run whose training it took; null: it took none. */
  readonly trainedBy: string | null;
  /** For a person. */
  readonly sentence: string;
}

/** How old an earlier training may be to be taken (ISO 8601 duration), as the model file has it; undefined: every run trains. */
export function reuseOf(training: object): string | undefined {
  return 'reuse' in training ? (training.reuse as string | undefined) : undefined;
}
