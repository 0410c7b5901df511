import { sumWeights } from '../config/estimate.ts';
import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { AmongModels } from '../domain/fleet-state.ts';

/** A run that asks for a place of the fleet. */
export interface PlaceRequest extends AmongModels {
  readonly model: string;
  readonly runId: string;
  readonly signal: string;
  readonly priority: number;
  /** What the run may take at most, in hours of jobs. */
  readonly estimateHours: number;
  /** When the signal was first offered (ISO 8601, UTC). */
  readonly offeredAt: string;
  readonly now: string;
  /** Null: there is no fleet file; only the switch holds. */
  readonly policy: FleetPolicy | null;
}

/** What a request says of the fleet. */
export type AskedFleet = Pick<PlaceRequest, 'policy' | 'weights' | 'models'>;

/** Of the models only what the budget is divided by: with ten thousand of them their names are a hundred kilobytes. */
export function describeFleet(policy: FleetPolicy | null, models: Iterable<string>): AskedFleet {
  return { policy, ...(policy?.budget && { weights: sumWeights(models, policy.shares) }) };
}
