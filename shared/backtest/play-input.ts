import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { PinnedModel } from '../config/schema.ts';
import type { Assumptions } from './assumptions.ts';
import type { History } from './history.ts';

/** What a play needs: what happened, under which files, and what is taken for granted of what did not. */
export interface PlayInput {
  readonly history: History;
  readonly pinned: PinnedModel;
  readonly fleet: { readonly policy: FleetPolicy | null; readonly models: readonly string[] };
  readonly assumptions: Assumptions;
}
