import type { FleetPolicy } from '../config/fleet-schema.ts';

/** A run that asks for a place of the fleet. */
export interface PlaceRequest {
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
  /** Every model there is: the budget is divided among them. */
  readonly models: readonly string[];
}
