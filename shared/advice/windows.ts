/**
 * The reports as windows: how far beyond the reference each is, how long it is about, and how sure. Pure.
 *
 * A standard error is the reported one; or that of a share of the rows (Agresti and Coull, The American Statistician 52, 1998: as
 * if two more rows were right and two wrong, so that none is ever 0); or the largest that a mean between bounds can have; or, for
 * any other metric, that of the differences of successive windows of one version (von Neumann, Annals of Mathematical
 * Statistics 12, 1941), which a slow trend hardly touches.
 */
import { formOf } from '../config/metric-form.ts';
import type { Past, Report } from './known-past.ts';

export interface Window {
  readonly at: string;
  readonly version: string;
  /** Since that version came. */
  readonly ageDays: number;
  /** That the report is about: since the one before. */
  readonly days: number;
  /** How far beyond the reference, on its bad side; negative on the good one. */
  readonly excess: number;
  /** Null: nobody knows. */
  readonly error: number | null;
}

interface Measured {
  readonly metric: string;
  readonly side: 'below' | 'above';
  readonly reference: number;
  readonly valueIs?: 'proportion' | undefined;
}

const dayMs = 86_400_000;

/** So few differences say nothing of their spread. */
const differencesNeeded = 5;

/** Those of known versions, the earliest first. `past` is cut to the moment, and in order. */
export function windowsOf({ reports, champions }: Past, measured: Measured): readonly Window[] {
  const { side, reference } = measured;
  const times = reports.map(({ at }) => Date.parse(at) / dayMs);
  const since = champions.map(({ from }) => Date.parse(from) / dayMs);
  const errorOf = openErrors(measured);
  const found: Window[] = [];
  let serving = -1;
  for (const [index, report] of reports.entries()) {
    const { at, value, version } = report;
    while (serving + 1 < champions.length && champions[serving + 1]!.from < at) serving++;
    const champion = champions[serving];
    if (!champion || (version !== null && version !== champion.version)) continue;
    const from = index > 0 ? index - 1 : index;
    const days = reports.length > 1 ? times[from + 1]! - times[from]! : 1;
    found.push({
      at,
      version: champion.version,
      ageDays: times[index]! - since[serving]!,
      days: Math.min(days, 31),
      excess: side === 'below' ? reference - value : value - reference,
      error: errorOf(report),
    });
  }
  if (found.every(({ error }) => error !== null)) return found;
  const spread = spreadOf(found);
  return found.map((window) => ({ ...window, error: window.error ?? spread }));
}

/** The standard error of a report by itself; null: nobody knows. */
function openErrors({ metric, valueIs }: Measured) {
  const form = valueIs === 'proportion' ? { kind: 'share' as const, low: 0, high: 1 } : formOf(metric);
  return ({ value, sample, standardError }: Report): number | null => {
    if (standardError !== null && standardError > 0) return standardError;
    if (!form || sample === null || sample < 1) return null;
    if (form.kind === 'mean') return (form.high - form.low) / 2 / Math.sqrt(sample);
    const share = Math.min(1, Math.max(0, (value * sample + 2) / (sample + 4)));
    return Math.sqrt((share * (1 - share)) / (sample + 4));
  };
}

function spreadOf(windows: readonly Window[]): number | null {
  const squares = windows.flatMap(({ version, excess }, index) => {
    const before = windows[index - 1];
    return before?.version === version ? [(excess - before.excess) ** 2] : [];
  });
  if (squares.length < differencesNeeded) return null;
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / (2 * squares.length));
}
