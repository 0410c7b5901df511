import { pastChampionsOf } from '../shared/config/estimate.ts';
import type { PinnedModel } from '../shared/config/schema.ts';
import type { KeptChallenger, ModelVersion, Run, RunOutcome } from '../shared/domain/run.ts';
import type { SignalKind } from '../shared/domain/signal.ts';

/** Input of the retrain orchestration. The model file is pinned: an edit meanwhile changes no run under way. */
export interface RunInput {
  readonly runId: string;
  readonly kind: Run['kind'];
  readonly pinned: PinnedModel;
  readonly signalKind: SignalKind;
  readonly signals: readonly string[];
  /** The released version when the run was admitted. */
  readonly champion: ModelVersion | null;
  /** The version registered by hand that a promote run judges. */
  readonly promoted: ModelVersion | null;
  /** A challenger of an earlier run that is judged again; absent where one is trained. */
  readonly kept?: KeptChallenger;
  readonly startedAt: string;
  /** Whether it sees its jobs end before it settles; absent in histories of before it did, which replay as they are. */
  readonly endsJobs?: boolean;
  /** Whether it hears a cancellation at once wherever it waits; absent in histories of before it did. */
  readonly hearsCancel?: boolean;
  /** Whether a job that fails for a reason that may pass is submitted again; absent in histories of before it was. */
  readonly repeatsJobs?: boolean;
  /** The same as `predecessors`, in histories of before there could be several. */
  readonly predecessor?: string;
  /** The runs that died before it: their jobs are seen to end first. Absent where none did. */
  readonly predecessors?: readonly string[];
}

export function predecessorsOf({ predecessor, predecessors }: RunInput): readonly string[] {
  return predecessors ?? (predecessor === undefined ? [] : [predecessor]);
}

/** How many past champions it may score before it trains: 0 where it scores none. */
export function mayScore({ kind, champion, signalKind, pinned }: RunInput): number {
  if (kind !== 'retrain' || champion === null) return 0;
  return pastChampionsOf(pinned.config.training, signalKind);
}

/** How a run ends. */
export interface RunEnd {
  readonly outcome: RunOutcome;
  readonly sentence: string;
  /** The challenger is to be judged again. */
  readonly keep?: KeptChallenger;
}
