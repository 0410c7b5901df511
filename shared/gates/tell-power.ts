/** What rows that did not decide could tell, and how many would decide, in words. */
import type { Finding } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { describeConfidence } from './describe-rule.ts';
import { type GateMeasurement, show } from './measure-gate.ts';
import { evenRowsNeeded } from './statistics/even-rows.ts';

/** What a decision takes on the side of the limit where the estimate lies. */
interface Deciding {
  /** How many even rows these are worth; omitted where that does not matter. */
  readonly evenRows: number | undefined;
  readonly confidence: number;
}

export function describePower(
  { minimumDetectable, rowsToDecide }: NonNullable<Finding['power']>,
  measured: GateMeasurement,
  { evenRows = 0, confidence }: Deciding,
): string {
  const alike = rowsToDecide === null ? null : countAlike(rowsToDecide, measured);
  if (minimumDetectable === null) return describeUneven(evenRows, confidence, alike, measured);
  const rows = alike === null ? '' : `, and about ${alike} would decide this one`;
  return `a true distance of ${show(minimumDetectable)} would be found 8 times in 10${rows}`;
}

/** Of fewer, even normal errors squared may look as if they had no variance (bench/false-passes.ts). */
const surelyHeavy = 400;

/** Where few rows carry the value: what they are worth, and how many would do. */
function describeUneven(
  worth: number,
  confidence: number,
  alike: string | null,
  { metric, n, inference }: GateMeasurement,
): string {
  const units = inference?.units;
  const percent = describeConfidence(confidence);
  const few = units ? units.plural : 'rows';
  const count = units?.count ?? n ?? 0;
  const robust = units ? '' : suggestRobust(metric);
  if (worth === 0) {
    const none = 'no number of rows would do for a mean';
    const how =
      count < surelyHeavy ? `where that is so, ${none}, and ${surelyHeavy} ${few} would tell` : none;
    return `a few ${few} carry nearly all of it, as where values have no variance: ${how}${robust}`;
  }
  const enough = `${alike === null ? '' : `; about ${alike} would do`}${robust}`;
  if (worth >= count)
    return `so few ${few} do not tell an error as small as ${percent} confidence leaves${enough}`;
  const needed = Math.ceil(evenRowsNeeded(confidence));
  return `a few ${few} carry most of it: all ${count} tell as much as ${Math.floor(worth)} even ones, and ${percent} confidence needs ${needed}${enough}`;
}

/** Errors with tails so heavy have a median all the same. */
function suggestRobust(metric: string): string {
  const isLossOfNumbers = metric === 'mae' || metric === 'rmse';
  return isLossOfNumbers ? '; median_absolute_error needs no even rows, mae_trimmed hardly any' : '';
}

/** So many rows, or as many units as have so many. */
function countAlike(rows: number, { n, inference }: GateMeasurement): string {
  const units = inference?.units;
  if (!units || !n) return counted(rows, 'row');
  const count = Math.max(units.count + 1, Math.ceil((rows * units.count) / n));
  return `${count} ${units.plural}`;
}
