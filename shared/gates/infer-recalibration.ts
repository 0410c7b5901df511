/**
 * What rows say of a calibration slope or intercept: by the score test of logistic regression, inverted.
 *
 * A fitted slope is too large by chance where rows are few, and a normal error around it lopsided. What the rows add to the
 * derivative of the likelihood at a limit has neither: its mean is 0 where the limit is the truth, above 0 where the truth
 * is more (Rao, Proceedings of the Cambridge Philosophical Society 44, 1948), with the intercept that fits best at that slope.
 * Whether it is, is a question about a mean, which the empirical likelihood answers.
 */

import { findSmallClass } from './find-small-class.ts';
import type { ScoredRows } from './metrics/measure.ts';
import { prepareMetric } from './metrics/prepare-metric.ts';
import { scoresOfLine } from './metrics/recalibration.ts';
import type { Rows } from './rows.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { normalQuantile } from './statistics/normal.ts';
import { inferFromMeans } from './units.ts';

export const isRecalibration = (metric: string): boolean =>
  metric === 'calibration_slope' || metric === 'calibration_intercept';

const mostTurns = 60;

export function inferRecalibration(metric: string, scored: ScoredRows, rows: Rows): Inference | NoInference {
  const prepared = prepareMetric(metric, scored)!;
  const estimate = prepared.measure(rows.weights);
  if (estimate === null) return { why: `${metric} is undefined in these rows` };
  const small = findSmallClass(metric, rows);
  if (small) return small;
  const { scoreIfAt, deviation } = scoresOfLine(
    metric === 'calibration_slope',
    scored,
    rows.weights,
    estimate,
  );
  const inferAt = (limit: number) => inferFromMeans(scoreIfAt(limit), rows);
  const here = inferAt(estimate);
  if ('why' in here) return here;
  const test = (limit: number, side: 'atMost' | 'atLeast'): number => {
    const inferred = inferAt(limit);
    return 'why' in inferred ? 1 : inferred[side](0);
  };
  /** The limit at which the mean score is as far from 0 as the confidence asks. */
  const endOf = (sign: 1 | -1, confidence: number): number => {
    const heightAt = (limit: number): number => {
      const inferred = limit === estimate ? here : inferAt(limit);
      if ('why' in inferred) return Number.NaN;
      const { low, high } = inferred.interval(confidence);
      return sign < 0 ? low : -high;
    };
    return findCrossing(heightAt, estimate, sign * normalQuantile((1 + confidence) / 2) * deviation);
  };
  return {
    method: `score test of logistic recalibration, ${here.method}`,
    estimate,
    units: here.units,
    ...(here.evenRows && { evenRows: here.evenRows }),
    interval: (confidence) => ({ low: endOf(-1, confidence), high: endOf(1, confidence) }),
    atMost: (limit) => test(limit, 'atMost'),
    atLeast: (limit) => test(limit, 'atLeast'),
  };
}

/** Where a height that is below 0 at the start rises through it, in steps of this size at first; infinite where nowhere. */
function findCrossing(heightAt: (limit: number) => number, start: number, step: number): number {
  let [below, belowHeight] = [start, heightAt(start)];
  let [above, aboveHeight] = [start + step, heightAt(start + step)];
  for (let turn = 0; !(aboveHeight > 0); turn++) {
    if (Number.isNaN(aboveHeight) || turn >= mostTurns) return Math.sign(step) * Number.POSITIVE_INFINITY;
    [below, belowHeight] = [above, aboveHeight];
    above = start + step * 1.5 ** (turn + 1);
    aboveHeight = heightAt(above);
  }
  // Regula falsi with the weights of Illinois (Dowell and Jarratt, BIT 11, 1971).
  const near = 1e-7 * (aboveHeight - belowHeight);
  let sideways = 0;
  for (let turn = 0; turn < mostTurns && Math.abs(above - below) > 1e-9 * Math.abs(step); turn++) {
    const limit = above - (aboveHeight * (above - below)) / (aboveHeight - belowHeight);
    const height = heightAt(limit);
    if (height > 0) {
      [above, aboveHeight] = [limit, height];
      if (sideways > 0) belowHeight /= 2;
      sideways = 1;
    } else {
      [below, belowHeight] = [limit, height];
      if (sideways < 0) aboveHeight /= 2;
      sideways = -1;
    }
    if (Math.abs(height) <= near) return limit;
  }
  return (above + below) / 2;
}
