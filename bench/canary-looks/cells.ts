import { type CheckConfig, CheckSchema } from '../../shared/config/check-schema.ts';

/** A version that stands exactly at the limit of a check, and how often it is looked at. */
export interface Cell {
  readonly name: string;
  readonly check: CheckConfig;
  /** True shares of bad requests. */
  readonly rate: number;
  readonly championRate: number;
  /** Requests of the champion for each of the version's. */
  readonly championTimes: number;
  readonly looks: number;
  /** The version's requests at the last look; they grow evenly. */
  readonly requests: number;
}

const championTimes = 9;

export function atMost(limit: number): CheckConfig {
  return CheckSchema.parse({ check: 'errors', metric: 'error_rate', atMost: limit });
}

export function worseBy(limit: number): CheckConfig {
  return CheckSchema.parse({ check: 'beside', metric: 'error_rate', worseBy: limit });
}

function shareCell(limit: number, looks: number, requests: number): Cell {
  const name = `at most ${limit}`;
  return { name, check: atMost(limit), rate: limit, championRate: limit, championTimes, looks, requests };
}

function differenceCell(championRate: number, margin: number, looks: number, requests: number): Cell {
  const name = `${championRate} and ${margin} more`;
  const rate = championRate + margin;
  return { name, check: worseBy(margin), rate, championRate, championTimes, looks, requests };
}

const lookCounts = [1, 5, 20, 200];
const requestCounts = [50, 1000, 20_000, 100_000];

/** Shares from 0.1 % to 20 %, 50 to 100,000 requests, 1 to 200 looks. */
export const cells: readonly Cell[] = [
  ...[0.001, 0.01, 0.05, 0.2].flatMap((limit) =>
    requestCounts.flatMap((requests) => lookCounts.map((looks) => shareCell(limit, looks, requests))),
  ),
  ...[
    [0.001, 0.001],
    [0.01, 0.01],
    [0.05, 0.02],
    [0.2, 0.05],
  ].flatMap(([rate, margin]) =>
    [50, 1000, 20_000].flatMap((requests) =>
      [1, 5, 50].map((looks) => differenceCell(rate!, margin!, looks, requests)),
    ),
  ),
];
