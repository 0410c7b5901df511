/** The steps of a run that may take an earlier training: as in steps.ts, which has the rules for all. */
import type { PinnedModel } from '../shared/config/schema.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import type { Training } from '../shared/domain/training.ts';

/** What a run is to do about its training. Fingerprints are SHA-256, hex; null: the inputs cannot be pinned. */
export type FoundTraining = { readonly fingerprint: string | null } & (
  | { readonly found: 'none'; readonly why: string }
  /** It serves already, or is on its way: nothing is to be done. */
  | { readonly found: 'in-place'; readonly runId: string; readonly why: string }
  | {
      readonly found: 'training';
      readonly training: Omit<Training, 'uses'>;
      /** The version that the registry has of it; null: none. */
      readonly version: ModelVersion | null;
    }
);

export interface ReuseSteps {
  /**
   * Looks for an earlier training of the run's inputs, whose files are what they were, and notes that the run judges it; or says
   * why the run trains.
   */
  'find-training': {
    input: {
      runId: string;
      pinned: PinnedModel;
      /** What the run answers. */
      signals: readonly string[];
      champion: ModelVersion | null;
      /** Versions that the run has scored already, as past champions. */
      scored: readonly string[];
      /** ISO 8601, UTC. */
      now: string;
    };
    output: FoundTraining;
  };
  /** Reads what a training has left, and keeps it for later runs; or says why it cannot be. */
  'keep-training': {
    input: {
      pinned: PinnedModel;
      champion: ModelVersion | null;
      training: Omit<Training, 'digest' | 'uses'>;
    };
    output: { readonly why: string | null };
  };
}
