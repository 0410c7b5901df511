/** What a stage of a release starts outside, by whichever channel. Plain JSON. */
import type { ModelVersion } from './run.ts';

/** What is asked of a channel: the same for every try, so that a repeated one finds what the first has started. */
export interface PipelineOrder {
  /** `{runId}-{stage}`: what is started bears it, and is found again by it. */
  readonly key: string;
  readonly stage: string;
  readonly model: ModelVersion;
  /** Version of the champion so far; null: there is none. */
  readonly previousVersion: string | null;
  /** SHA-256 over the version's files, hex; null: not known. */
  readonly digest: string | null;
  /** When it was first asked for (ISO 8601, UTC): nothing older is what was started. */
  readonly askedAt: string;
}

/** The same of a training that runs outside: `RUN-train` is its key, and it is sent what it is to train on. */
export interface TrainingOrder {
  readonly key: string;
  readonly askedAt: string;
  readonly sent: Readonly<Record<string, string>>;
}

export type AnyOrder = PipelineOrder | TrainingOrder;

/** What was started. */
export interface OutsideRun {
  /** As the channel names it. */
  readonly id: string;
  /** Where a person looks at it; null: nowhere. */
  readonly url: string | null;
}

/** How it stands. */
export interface PipelineSeen {
  /** `absent`: there is none, or none any more. */
  readonly state: 'running' | 'succeeded' | 'failed' | 'cancelled' | 'absent';
  /** What the channel says of it, for a person; empty: nothing. */
  readonly why: string;
  readonly run: OutsideRun | null;
}

/** The parameters that every pipeline is sent, whatever the channel; docs/pipelines.md says what each is. */
export const sentParameters = [
  'ratchetRelease',
  'ratchetStage',
  'modelName',
  'modelVersion',
  'previousVersion',
  'modelDigest',
] as const;

/** The parameter that has the key. */
export const keyNameOf = (order: AnyOrder): string => ('sent' in order ? 'ratchetJob' : 'ratchetRelease');

/** What is not known is left out. */
export function parametersOf(order: AnyOrder): Readonly<Record<string, string>> {
  if ('sent' in order) return order.sent;
  const { key, stage, model, previousVersion, digest } = order;
  return {
    ratchetRelease: key,
    ratchetStage: stage,
    modelName: model.name,
    modelVersion: model.version,
    ...(previousVersion !== null && { previousVersion }),
    ...(digest !== null && { modelDigest: digest }),
  } satisfies Partial<Record<(typeof sentParameters)[number], string>>;
}
