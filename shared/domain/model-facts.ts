import type { CheckRow } from './check.ts';
import type { Decision } from './decision.ts';
import type { Operation } from './operation.ts';
import type { ReleaseRow } from './release-state.ts';
import type { ModelVersion, Run } from './run.ts';

/** What ledger and registry know of a model: enough to make its state anew. Everything newest first. */
export interface ModelFacts {
  readonly model: string;
  /** Back to the latest that released a version, and further than any rate or breaker counts. */
  readonly runs: readonly Run[];
  /** Back to the latest whose version serves. */
  readonly releases: readonly ReleaseRow[];
  readonly decisions: readonly Decision[];
  /** Signals that waited when they were last heard of. */
  readonly deferred: readonly Decision[];
  /** What operators did that changed something. */
  readonly operations: readonly Operation[];
  /** The last of each rule. */
  readonly checks: readonly CheckRow[];
  /** The latest version in the registry that one of our runs registered. */
  readonly registered: (ModelVersion & { readonly runId: string }) | null;
}
