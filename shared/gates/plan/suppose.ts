/**
 * From what is supposed of a model to how often a gate passes.
 *
 * Owns: which metrics' power follows from a supposed value and shares of rows, and what must be given for it.
 * Does not own: the probabilities (share-power.ts, suppose-area.ts), metrics that need an earlier run's file (drawn-power.ts).
 */
import type { AgainstChampionGate, BoundGate } from '../../config/gate-schema.ts';
import type { Task } from '../../config/metric-catalog.ts';
import { findMetric } from '../../config/metric-catalog.ts';
import { classesOfMetric } from '../../config/metric-classes.ts';
import { show } from '../measure-gate.ts';
import { findShare, type Share } from '../metrics/shares.ts';
import type { PowerModel, Unknown } from './power-model.ts';
import { findDistance } from './search.ts';
import { powerOfPairs, powerOfShare } from './share-power.ts';
import { supposeArea } from './suppose-area.ts';

export interface Suppositions {
  readonly task: Task;
  /** Share of the rows that are of class 1. */
  readonly positives: number | null;
  /** The challenger's true value of a metric. */
  readonly challenger: ReadonlyMap<string, number>;
  /** How much better it truly is than the champion, by metric; of those not named 0. */
  readonly gain: ReadonlyMap<string, number>;
  /** Share of the rows a share is of in which only one of two sides is right; undefined where nobody says. */
  readonly disagreement: number | undefined;
}

const usualDisagreement = 0.1;
const mostRows = 5_000_000;
const askPredictions = '--predictions with the file of an earlier run';

/** How many of some rows a gate's metric is of, and whether they meet its least numbers. */
interface Sample {
  /** Expected, by the true value where that decides which rows count. */
  readonly countOf: (rows: number, value: number) => number;
  readonly enough: (rows: number, value: number) => boolean;
}

export function supposeBound(
  gate: BoundGate,
  given: Suppositions,
  progress: (sentence: string) => void,
): PowerModel | Unknown {
  const { metric } = gate;
  const share =
    given.task === 'regression' ? undefined : findShare(metric, given.task === 'multiclass' ? [] : null);
  const isArea = metric === 'roc_auc' && given.task === 'binary';
  if (!isArea && !share) return { unknown: `its power hangs on how rows differ: give ${askPredictions}` };
  const sample = sampleOf(gate, share, given);
  if ('unknown' in sample) return sample;
  const limit = gate.atLeast ?? gate.atMost!;
  const best = findMetric(metric)!.better === 'lower' ? 0 : 1;
  const said = given.challenger.get(metric);
  const value = said ?? (limit + best) / 2;
  const because = [
    said === undefined
      ? `${metric} ${show(value)} is supposed, halfway from the limit to ${best}: --challenger says another`
      : `${metric} ${show(value)}`,
    ...describeClasses(gate.metric, given, share),
  ];
  if (!share) return supposeArea(gate, { area: value, positives: given.positives!, because }, progress);
  const of = shareOf(share);
  const chance = (rows: number, truth: number, confidence: number | null): number => {
    if (!sample.enough(rows, truth)) return 0;
    const [supposed, asked] = best === 0 ? [1 - truth, 1 - limit] : [of(truth), of(limit)];
    return powerOfShare(Math.round(sample.countOf(rows, truth)), supposed, asked, confidence);
  };
  const sign = best === 0 ? -1 : 1;
  return {
    method: 'exact binomial probability of the counts that pass',
    value,
    limit,
    because,
    passes: (rows, confidence) => chance(rows, value, confidence),
    detectable: (rows, confidence) =>
      findDistance(Math.abs(best - limit), (distance) => chance(rows, limit + sign * distance, confidence)),
    mostRows,
  };
}

export function supposeGain(gate: AgainstChampionGate, given: Suppositions): PowerModel | Unknown {
  const { metric } = gate;
  const share =
    given.task === 'regression' ? undefined : findShare(metric, given.task === 'multiclass' ? [] : null);
  if (!share || share.among === 'decided' || share.among === 'either') {
    return {
      unknown: `its power hangs on how the two sides differ in the same rows: give ${askPredictions}`,
    };
  }
  const sample = sampleOf(gate, share, given);
  if ('unknown' in sample) return sample;
  const gain = given.gain.get(metric) ?? 0;
  if (gate.marginIs === 'relative') {
    return {
      unknown: `its margin is a share of the champion's value, whose own error counts: give ${askPredictions}`,
    };
  }
  const { margin } = gate;
  const limit = gate.rule === 'superiority' ? margin : -margin;
  const disagreement = Math.max(given.disagreement ?? usualDisagreement, Math.abs(gain));
  const chance = (rows: number, truth: number, confidence: number): number =>
    sample.enough(rows, 0)
      ? powerOfPairs(Math.round(sample.countOf(rows, 0)), { disagreement, gain: truth }, limit, confidence)
      : 0;
  return {
    method: "probability of the counts that pass by Tango's score interval, exact",
    value: gain,
    limit,
    because: [
      given.gain.has(metric)
        ? `a true gain of ${show(gain)}`
        : 'both models are supposed equally good: --gain says another',
      given.disagreement === undefined
        ? `only one of them is right in ${show(100 * disagreement)} % of the rows, which is a guess: --disagreement says another`
        : `only one of them is right in ${show(100 * disagreement)} % of the rows`,
      ...describeClasses(metric, given, share),
    ],
    passes: (rows, confidence) => chance(rows, gain, confidence ?? gate.confidence),
    detectable: (rows, confidence) =>
      findDistance(1 - limit, (distance) => chance(rows, limit + distance, confidence ?? gate.confidence)),
    mostRows,
  };
}

/** F1 is 2j / (1 + j) of the share j that its interval is of. */
const shareOf =
  ({ among }: Share) =>
  (value: number): number =>
    among === 'either' ? value / (2 - value) : value;

function sampleOf(
  gate: BoundGate | AgainstChampionGate,
  share: Share | undefined,
  { positives, task }: Suppositions,
): Sample | Unknown {
  const needsClasses = share === undefined || share.among !== 'all';
  if (needsClasses && task === 'multiclass') {
    return { unknown: `it is of one class of several: give ${askPredictions}` };
  }
  if (needsClasses && positives === null) {
    return {
      unknown: `it hangs on how many rows are of class 1: give --positives SHARE, or ${askPredictions}`,
    };
  }
  const ofClass = (of: number): number => (of === 1 ? positives! : 1 - positives!);
  const countOf = (rows: number, value: number): number => {
    if (!share || share.among === 'all') return rows;
    if (share.among === 'either') return rows * positives! * (2 - value);
    // As many are decided for the class as are of it.
    return rows * ofClass(share.of);
  };
  const perClass = gate.minimumPerClass ?? Math.min(10, gate.minimumRows);
  const classes = classesAbout(gate.metric, task);
  return {
    countOf,
    enough: (rows, value) =>
      Math.round(countOf(rows, value)) >= gate.minimumRows &&
      classes.every((of) => Math.round(rows * ofClass(of)) >= perClass),
  };
}

/** Classes of a binary model that a metric needs rows of. */
export function classesAbout(metric: string, task: Task): readonly number[] {
  const about = task === 'binary' ? classesOfMetric(metric, task) : null;
  return about === 'each' ? [0, 1] : (about ?? []).map(Number);
}

function describeClasses(metric: string, given: Suppositions, share: Share | undefined): string[] {
  if (share?.among === 'all') return [];
  const decided = share?.among === 'decided' || share?.among === 'either' ? ', and as many decided so' : '';
  return [`${show(100 * given.positives!)} % of the rows are of class 1${decided} (${metric} hangs on it)`];
}
