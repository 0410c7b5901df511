import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { PinnedModel } from '../config/schema.ts';
import type { Assumptions } from './assumptions.ts';
import type { History } from './history.ts';

export interface FleetAtPlay {
  readonly policy: FleetPolicy | null;
  readonly models: readonly string[];
  /** Rules with a confidence of the other models; absent: none. */
  readonly otherSureRules?: number | undefined;
}

/** What a play needs: what happened, under which files, and what is taken for granted of what did not. */
export interface PlayInput {
  readonly history: History;
  readonly pinned: PinnedModel;
  readonly fleet: FleetAtPlay;
  readonly assumptions: Assumptions;
}
