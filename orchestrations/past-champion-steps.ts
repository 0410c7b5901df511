/** The steps of a run that looks at past champions: as in steps.ts, which has the rules for all. */
import type { PinnedModel } from '../shared/config/schema.ts';
import type { ModelVersion } from '../shared/domain/run.ts';

/** A version that was the champion before. */
export interface PastCandidate {
  readonly model: ModelVersion;
  /** SHA-256 over its files when it was released, hex; null: not known. */
  readonly digest: string | null;
}

export interface PastChampionSteps {
  /** The past champions that are to be scored, the latest first, and of others why they are not. */
  'find-past-champions': {
    /** `now`: ISO 8601, UTC. */
    input: { runId: string; pinned: PinnedModel; champion: ModelVersion; atMost: number; now: string };
    output: {
      readonly candidates: readonly PastCandidate[];
      readonly passedOver: readonly { readonly version: string; readonly why: string }[];
    };
  };
  /** Has the registry say which run has chosen a version again. A registry that refuses the tag changes nothing else. */
  'mark-chosen': { input: { name: string; version: string; runId: string }; output: null };
}
