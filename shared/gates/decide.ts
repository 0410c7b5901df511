/**
 * From a measurement to a verdict.
 *
 * Invariant: `passed` only where the estimate, or with a confidence the bad end of the interval, is on the right
 * side of the limit. Any comparison with a number that is none is false, and passes nothing.
 */
import type { Finding, Verdict } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { describeConfidence } from './describe-rule.ts';
import { type GateMeasurement, show } from './measure-gate.ts';
import { evenRowsNeeded } from './statistics/even-rows.ts';
import type { Inference } from './statistics/inference.ts';
import { measurePower } from './statistics/power.ts';
import { describePower } from './tell-power.ts';

export interface RuleVerdict extends Finding {
  readonly verdict: Verdict;
}

/** The numbers of a rule that came to none. */
export const unmeasured: Omit<Finding, 'sentence'> = {
  challenger: null,
  champion: null,
  estimate: null,
  limit: null,
  interval: null,
  test: null,
  power: null,
  n: null,
  effectiveRows: null,
};

/** What judging several slices together makes of one of them: p-values that its interval's verdict must also meet. */
interface Correction {
  readonly slices: number;
  /** One-sided p-values of the rule not holding and of it holding. */
  readonly ruleBroken: number;
  readonly ruleHolds: number;
  /** Whether the former is corrected, too, for slices each of which is a claim of its own. */
  readonly by: 'Holm, where one fails' | 'Benjamini-Hochberg';
}

/** The verdict of one rule; of one of several slices it must hold after the correction, too. */
export function decide(
  measured: GateMeasurement,
  confidence: number | undefined,
  correction?: Correction,
): RuleVerdict {
  const { challenger, champion, estimate, limit, test, n, inference } = measured;
  const effectiveRows = worthOf(measured);
  const rows = describeRows(measured, effectiveRows);
  const bare = { challenger, champion, estimate, limit, test, n, effectiveRows, interval: null, power: null };
  if (inference === null) {
    const holds = isOnGoodSide(estimate, measured);
    const relation = holds ? goodSign(measured) : badSign(measured);
    const sample = n === null ? '(as reported)' : rows;
    return {
      ...bare,
      verdict: holds ? 'passed' : 'failed',
      sentence: `${measured.words} ${relation} ${show(limit)} ${sample}`,
    };
  }
  const withoutInterval = (why: string): RuleVerdict => ({
    ...bare,
    verdict: 'inconclusive',
    sentence: `${measured.words}: no interval, ${why} ${rows}`,
  });
  if ('why' in inference || confidence === undefined) {
    return withoutInterval('why' in inference ? inference.why : 'the gate names no confidence');
  }
  const percent = describeConfidence(confidence);
  const range = inference.interval(confidence);
  if (!Number.isFinite(range.low) || !Number.isFinite(range.high)) {
    return withoutInterval(`so few rows bound it to one side only with ${percent} confidence`);
  }
  // What follows from the width must be a number, too.
  if (!Number.isFinite(1e6 * (range.high - range.low))) {
    return withoutInterval('the values are too large to compute with');
  }
  const alone = judgeInterval(range, inference, confidence, measured);
  const verdict = correction ? correctVerdict(alone, confidence, correction) : alone;
  const isGood = isOnGoodSide(estimate, measured);
  // What would decide is the end towards the limit.
  const end = isGood ? 0 : 1;
  const evenRows = inference.evenRows && endsOf(inference.evenRows, measured)[end];
  const seen = inference.seenOnly?.(confidence) ?? range;
  const reachOf = (each: typeof range): number => Math.abs(estimate - endsOf(each, measured)[end]);
  const needed = correction ? confidenceToDecide(confidence, correction, isGood) : confidence;
  const power = measurePower(
    {
      rows: n ?? 0,
      width: seen.high - seen.low,
      confidence,
      reach: reachOf(seen),
      unseen: Math.max(0, reachOf(range) - reachOf(seen)),
      evenRows,
    },
    Math.abs(estimate - limit),
    needed,
  );
  const among = correction ? describeCorrection(correction, verdict) : '';
  const interval = `interval ${show(range.low)} to ${show(range.high)}`;
  const sentence =
    verdict === 'inconclusive'
      ? `${measured.words} cannot be told from ${show(limit)}: ${percent} ${interval}${among} ${rows}; ${isUndone(inference, measured, needed) ? undoneByUnseen : ''}${describePower(power, measured, { evenRows, confidence: needed })}`
      : `${measured.words} ${verdict === 'passed' ? goodSign(measured) : badSign(measured)} ${show(limit)} with ${percent} confidence: ${interval}${among} ${rows}`;
  return {
    ...bare,
    verdict,
    sentence,
    interval: { ...range, confidence, method: inference.method },
    power: verdict === 'inconclusive' ? power : { ...power, rowsToDecide: null },
  };
}

const undoneByUnseen =
  'the rows that there are show it, but as few do not rule out a kind of rows that none of them is of and that would undo it; ';

/** Whether it would pass if all rows there are were like those seen. */
function isUndone({ seenOnly }: Inference, measured: GateMeasurement, confidence: number): boolean {
  const range = seenOnly?.(confidence);
  return range !== undefined && isOnGoodSide(endsOf(range, measured)[0], measured);
}

function correctVerdict(alone: Verdict, confidence: number, { ruleBroken, ruleHolds }: Correction): Verdict {
  const error = (1 - confidence) / 2;
  const p = alone === 'passed' ? ruleBroken : alone === 'failed' ? ruleHolds : 0;
  // A p-value is that of the interval that ends on the limit, up to rounding.
  return p <= error * (1 + 1e-9) ? alone : 'inconclusive';
}

/** What a decision takes on the side where the estimate lies: where all must hold, more only to fail one of many. */
function confidenceToDecide(confidence: number, { slices, by }: Correction, isGood: boolean): number {
  return isGood && by !== 'Benjamini-Hochberg' ? confidence : 1 - (1 - confidence) / slices;
}

function describeCorrection({ slices, by }: Correction, verdict: Verdict): string {
  if (by === 'Benjamini-Hochberg') return `, corrected for ${counted(slices, 'slice')} (${by})`;
  if (verdict === 'passed') return ' of this slice alone';
  return verdict === 'failed'
    ? `, corrected for ${counted(slices, 'slice')}`
    : ` of one of ${counted(slices, 'slice')}`;
}

/** One-sided p-values of the rule not holding and of it holding; 1 where nothing can be said. */
export function testRule({ inference, goal, limit }: GateMeasurement): { broken: number; holds: number } {
  if (inference === null || 'why' in inference) return { broken: 1, holds: 1 };
  const [below, above] = [inference.atMost(limit), inference.atLeast(limit)];
  return goal === 'above' ? { broken: below, holds: above } : { broken: above, holds: below };
}

/** The end that lies on the bad side where the rule may be broken, and the other. */
function endsOf<T>({ low, high }: { low: T; high: T }, { goal }: GateMeasurement): readonly [T, T] {
  return goal === 'above' ? [low, high] : [high, low];
}

/** By the ends that the rows are even enough for. */
function judgeInterval(
  range: { low: number; high: number },
  { evenRows }: Inference,
  confidence: number,
  measured: GateMeasurement,
): Verdict {
  const needed = evenRowsNeeded(confidence);
  const [badEnd, goodEnd] = endsOf(range, measured);
  const [badRows, goodRows] = evenRows ? endsOf(evenRows, measured) : [needed, needed];
  if (badRows >= needed && isOnGoodSide(badEnd, measured)) return 'passed';
  return goodRows >= needed && isBeyond(goodEnd, measured) ? 'failed' : 'inconclusive';
}

/** What the rows that the value is of are worth. */
function worthOf({ n, sample, inference }: GateMeasurement): number | null {
  if (n === null) return null;
  return (sample?.effective ?? n) / (inference?.units?.designEffect ?? 1);
}

/** `(n=412, 187 of class 1 worth 150.2)`. */
function describeRows({ n, sample, inference }: GateMeasurement, worth: number | null): string {
  const units = inference?.units;
  const isLess = worth !== null && worth < (sample?.rows ?? n!) - 0.05;
  const said = [sample?.among ?? '', isLess ? `worth ${Number(worth.toFixed(1))}` : '']
    .filter((part) => part !== '')
    .join(' ');
  return `(n=${n}${units ? ` in ${units.words}` : ''}${said === '' ? '' : `, ${said}`})`;
}

function isOnGoodSide(value: number, { goal, inclusive, limit }: GateMeasurement): boolean {
  if (inclusive && value === limit) return true;
  return goal === 'above' ? value > limit : value < limit;
}

/** On the bad side, and not on the limit. */
function isBeyond(value: number, { goal, limit }: GateMeasurement): boolean {
  return goal === 'above' ? value < limit : value > limit;
}

function goodSign({ goal, inclusive }: GateMeasurement): string {
  return `${goal === 'above' ? '>' : '<'}${inclusive ? '=' : ''}`;
}

function badSign({ goal, inclusive }: GateMeasurement): string {
  return `${goal === 'above' ? '<' : '>'}${inclusive ? '' : '='}`;
}
