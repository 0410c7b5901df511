/**
 * How far the mail of a week is from the mail before it, feature by feature. Pure.
 *
 * The population stability index: over bins that hold a tenth of the reference each, the sum of
 * (share now - share then) * ln(share now / share then).
 * Sources: Lewis, An Introduction to Credit Scoring (1992); Siddiqi, Credit Risk Scorecards (2006), who calls 0.25 a
 * major shift. Without any drift it is about (bins - 1) * (1/n + 1/m) for n and m rows (Yurdakul, Statistical Properties
 * of Population Stability Index, 2018): 0.09 for 100 mails, so that a smaller week says nothing.
 */

const binCount = 10;
/** The beginning of a mail, as the filter reads it. */
const charactersRead = 4_000;

/** What is measured of a mail. None of it needs a label: a monitor has none. */
const features: Readonly<Record<string, (text: string, beginning: string) => number>> = {
  length: (text) => text.length,
  capitals: (_, beginning) => countOf(beginning, /[A-Z]/g) / Math.max(1, countOf(beginning, /[a-z]/gi)),
  digits: (_, beginning) => countOf(beginning, /\d/g) / Math.max(1, beginning.length),
  links: (_, beginning) => countOf(beginning, /https?:\/\//gi),
  markup: (_, beginning) =>
    (beginning.match(/<[^>]*>/g) ?? []).join('').length / Math.max(1, beginning.length),
  exclamations: (_, beginning) => countOf(beginning, /!/g),
};

export interface FeatureDrift {
  readonly feature: string;
  /** Population stability index: 0 for none, without an upper limit. */
  readonly psi: number;
}

/** The drift of each feature, the largest first. */
export function measureDrift(reference: readonly string[], current: readonly string[]): FeatureDrift[] {
  return Object.entries(features)
    .map(([feature, measure]) => {
      const of = (texts: readonly string[]): number[] =>
        texts.map((text) => measure(text, text.slice(0, charactersRead)));
      return { feature, psi: stabilityIndex(of(reference), of(current)) };
    })
    .sort((a, b) => b.psi - a.psi);
}

export function stabilityIndex(reference: readonly number[], current: readonly number[]): number {
  const cuts = cutsOf(reference);
  const now = sharesOf(current, cuts);
  return sharesOf(reference, cuts).reduce(
    (sum, share, bin) => sum + (now[bin]! - share) * Math.log(now[bin]! / share),
    0,
  );
}

/** The tenths of the reference, each the upper end of its bin. Values that many rows share make fewer bins. */
function cutsOf(reference: readonly number[]): number[] {
  const sorted = reference.toSorted((a, b) => a - b);
  const at = (index: number): number =>
    sorted[Math.max(0, Math.ceil((index * sorted.length) / binCount) - 1)]!;
  return [...new Set(Array.from({ length: binCount - 1 }, (_, index) => at(index + 1)))];
}

/** Shares of the rows in each bin, with half a row added to each: an empty bin has no logarithm. */
function sharesOf(values: readonly number[], cuts: readonly number[]): number[] {
  const counts = new Array<number>(cuts.length + 1).fill(0.5);
  for (const value of values) counts[cuts.filter((cut) => value > cut).length]! += 1;
  return counts.map((count) => count / (values.length + counts.length / 2));
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
