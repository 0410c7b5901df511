/** The options of `ratchet backtest` that say what is assumed and measured. */
import type { Assumptions } from '../../shared/backtest/assumptions.ts';
import type { Measure } from '../../shared/backtest/losses.ts';
import { parseDurationMs } from '../../shared/config/duration.ts';
import { suggest } from '../../shared/config/suggest.ts';
import { readIsoTime } from '../../shared/domain/iso-time.ts';
import { UsageError } from '../command.ts';

export const assumptionOptions = {
  'run-lasts': { type: 'string' },
  'run-hours': { type: 'string' },
  'run-outcome': { type: 'string' },
  'price-per-hour': { type: 'string' },
  'unknown-versions': { type: 'string' },
  metric: { type: 'string' },
  below: { type: 'string' },
  above: { type: 'string' },
} as const;

type Values = { readonly [Name in keyof typeof assumptionOptions]?: string | undefined };

/** `usualPrice`: what the model file or the fleet file says an hour costs. */
export function readAssumptions(values: Values, usualPrice: number | null): Assumptions {
  const lasts = values['run-lasts'];
  const runLastsMs = lasts === undefined ? null : parseDurationMs(lasts);
  if (lasts !== undefined && runLastsMs === null)
    throw new UsageError(
      `--run-lasts: expected an ISO 8601 duration, such as PT2H, got ${JSON.stringify(lasts)}`,
    );
  return {
    runLastsMs,
    runHours: readNumber('run-hours', values['run-hours'], 0),
    runOutcome: readChoice('run-outcome', values['run-outcome'], ['released', 'gate-failed']),
    pricePerHour: readNumber('price-per-hour', values['price-per-hour'], 0) ?? usualPrice,
    unknownVersions: readChoice('unknown-versions', values['unknown-versions'], ['unknown', 'nearest']),
  };
}

/** Null: nothing is said, and the first rule of metrics counts. */
export function readMeasure({ metric, below, above }: Values): Measure | null {
  if (metric === undefined && below === undefined && above === undefined) return null;
  if (metric === undefined || (below === undefined) === (above === undefined))
    throw new UsageError(
      '--metric takes the name of a metric, and with it exactly one of --below and --above: where it is bad',
    );
  const side = below === undefined ? 'above' : 'below';
  return { metric, side, reference: readNumber(side, below ?? above, Number.NEGATIVE_INFINITY)! };
}

export function readMoment(name: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const time = readIsoTime(text);
  if (time === null)
    throw new UsageError(
      `--${name}: expected an ISO 8601 time, such as 2026-03-01, got ${JSON.stringify(text)}`,
    );
  return time;
}

function readNumber(name: string, text: string | undefined, least: number): number | null {
  if (text === undefined) return null;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw new UsageError(
    `--${name}: expected a number${least === 0 ? ', 0 or more' : ''}, got ${JSON.stringify(text)}`,
  );
}

function readChoice<Choice extends string>(
  name: string,
  text: string | undefined,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  if (text === undefined) return choices[0];
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  throw new UsageError(
    `--${name}: expected ${choices.join(' or ')}, got ${JSON.stringify(text)}${suggest(text, choices)}`,
  );
}
