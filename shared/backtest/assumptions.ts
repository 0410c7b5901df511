/** What a backtest takes for granted where the history does not say. Each is printed with every answer. Pure. */
import type { RunOutcome } from '../domain/run.ts';

export interface Assumptions {
  /** How long a run that never took place takes, in milliseconds; null: as long as the last one that had ended. */
  readonly runLastsMs: number | null;
  /** Hours of its jobs; null: as the last one that had ended, or else the time it takes. */
  readonly runHours: number | null;
  readonly runOutcome: Extract<RunOutcome, 'released' | 'gate-failed'>;
  /** What an hour of a job costs; null: nobody says, and no money is told. */
  readonly pricePerHour: number | null;
  /** What a version of a run that never took place is worth: nobody knows, or as the last one trained before it. */
  readonly unknownVersions: 'unknown' | 'nearest';
}

/** Where no run has ended yet and nothing is given. */
export const usualRunMs = 3_600_000;

export interface Assumption {
  readonly what: string;
  readonly value: string;
  /** Where it comes from: the flag that sets it. */
  readonly flag: string;
}

export function listAssumptions(assumptions: Assumptions): readonly Assumption[] {
  const { runLastsMs, runHours, runOutcome, pricePerHour, unknownVersions } = assumptions;
  return [
    {
      what: 'how long a run that never took place takes',
      value:
        runLastsMs === null
          ? 'as the last run that had ended by then; before any, 1 h'
          : `${hours(runLastsMs / 3_600_000)} h`,
      flag: '--run-lasts',
    },
    {
      what: 'hours of its jobs',
      value:
        runHours === null
          ? 'as the last run that had ended by then; before any, the time it takes'
          : `${hours(runHours)} h`,
      flag: '--run-hours',
    },
    { what: 'its outcome', value: runOutcome, flag: '--run-outcome' },
    {
      what: 'price of an hour of a job',
      value: pricePerHour === null ? 'not given: no money is told' : String(pricePerHour),
      flag: '--price-per-hour',
    },
    {
      what: 'what its version is worth in production',
      value:
        unknownVersions === 'nearest' ? 'as the known version that was trained last before it' : 'unknown',
      flag: '--unknown-versions',
    },
  ];
}

const hours = (value: number): string => String(Number(value.toFixed(3)));
