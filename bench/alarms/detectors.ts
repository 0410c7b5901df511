/**
 * What a stream of windows is watched with, beside Ratchet's own rules: written for this benchmark from the papers, with their
 * parameters or those that the common tools default to.
 */
import { gammaOf } from '../../shared/admission/alarms.ts';
import type { Random } from '../../shared/gates/statistics/random.ts';
import { testBreach } from '../../shared/signals/test-breach.ts';

/** A window as it is reported: how many of its rows were right. */
export interface Window {
  readonly right: number;
  readonly rows: number;
}

/** Takes the windows one after the other, and says of each whether it raises an alarm. */
export type Detector = (window: Window) => boolean;

const shareOf = ({ right, rows }: Window): number => right / rows;

export function pointThreshold(limit: number): Detector {
  return (window) => shareOf(window) < limit;
}

/** `breaches` of the last `windows` are under the limit, the latest among them. */
export function someOf(breaches: number, windows: number, limit: number): Detector {
  const last: boolean[] = [];
  return (window) => {
    last.push(shareOf(window) < limit);
    if (last.length > windows) last.shift();
    return last.at(-1)! && last.filter(Boolean).length >= breaches;
  };
}

/**
 * LOND over the windows: the n-th is held to alpha * gamma(n) * (alarms so far + 1) (Javanmard and Montanari, "Online rules for
 * control of false discovery rate and false discovery exceedance", Annals of Statistics 46(2), 2018).
 */
export function lond(limit: number, confidence: number): Detector {
  let [tests, alarms] = [0, 0];
  return ({ right, rows }) => {
    tests++;
    const p = chanceOf({ right, rows }, limit);
    const isAlarm = right / rows < limit && p <= (1 - confidence) * gammaOf(tests) * (alarms + 1);
    alarms += Number(isAlarm);
    return isAlarm;
  };
}

/** The interval of each window by itself, without regard to how many there are. */
export function eachByItself(limit: number, confidence: number): Detector {
  return (window) => shareOf(window) < limit && chanceOf(window, limit) <= 1 - confidence;
}

function chanceOf(window: Window, limit: number): number {
  const form = { metric: 'accuracy', standardError: null, valueIs: undefined } as const;
  const threshold = { side: 'below', limit } as const;
  const sure = testBreach(threshold, { ...form, value: shareOf(window), sample: window.rows });
  if ('cannotSay' in sure) throw new Error(sure.cannotSay);
  return sure.p;
}

/**
 * ADWIN (Bifet and Gavaldà, "Learning from Time-Changing Data with Adaptive Windowing", SDM 2007): the cut with the variance of
 * section 4.1, each split between two windows, all rows counted; delta 0.002. Only a fall is an alarm.
 */
export function adwin(delta = 0.002): Detector {
  let kept: Window[] = [];
  return (window) => {
    kept.push(window);
    let fell = false;
    for (let cut = findCut(kept, delta); cut !== null; cut = findCut(kept, delta)) {
      kept = kept.slice(cut.at);
      fell ||= cut.isFall;
    }
    return fell;
  };
}

function findCut(
  kept: readonly Window[],
  delta: number,
): { readonly at: number; readonly isFall: boolean } | null {
  const rows = kept.reduce((sum, each) => sum + each.rows, 0);
  const right = kept.reduce((sum, each) => sum + each.right, 0);
  const variance = (right / rows) * (1 - right / rows);
  const logarithm = Math.log((2 * Math.log(rows)) / delta);
  let [oldRows, oldRight] = [0, 0];
  for (let at = 1; at < kept.length; at++) {
    oldRows += kept[at - 1]!.rows;
    oldRight += kept[at - 1]!.right;
    const inverse = 1 / oldRows + 1 / (rows - oldRows);
    const bound = Math.sqrt(2 * inverse * variance * logarithm) + (2 / 3) * inverse * logarithm;
    const fall = oldRight / oldRows - (right - oldRight) / (rows - oldRows);
    if (Math.abs(fall) > bound) return { at, isFall: fall > 0 };
  }
  return null;
}

/**
 * Page-Hinkley (Page, "Continuous Inspection Schemes", Biometrika 41, 1954; the form of Gama, Sebastião and Rodrigues, "On
 * evaluating stream learning algorithms", Machine Learning 90, 2013) over the errors of all rows, looked at after each window;
 * delta 0.005, lambda 50.
 */
export function pageHinkley(delta = 0.005, lambda = 50): Detector {
  let [rows, errors, sum, least] = [0, 0, 0, 0];
  return (window) => {
    const wrong = window.rows - window.right;
    rows += window.rows;
    errors += wrong;
    sum += wrong - window.rows * (errors / rows + delta);
    least = Math.min(least, sum);
    if (sum - least <= lambda) return false;
    [rows, errors, sum, least] = [0, 0, 0, 0];
    return true;
  };
}

/**
 * KSWIN (Raab, Heusinger and Schleif, "Reactive Soft Prototype Computing for Concept Drift Streams", Neurocomputing 416, 2020) over
 * the values of the windows: the latest 30 against 30 drawn from the 70 before, alpha 0.005. Only a fall is an alarm.
 */
export function kswin(random: Random, alpha = 0.005, size = 100, latest = 30): Detector {
  let kept: number[] = [];
  const bound = Math.sqrt(-Math.log(alpha) / latest);
  return (window) => {
    kept.push(shareOf(window));
    if (kept.length < size) return false;
    kept = kept.slice(-size);
    const recent = kept.slice(-latest);
    const older = Array.from({ length: latest }, () => kept[random.index(size - latest)]!);
    if (distance(older, recent) <= bound) return false;
    kept = recent;
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    return mean(recent) < mean(older);
  };
}

/** Of Kolmogorov and Smirnov. */
function distance(a: readonly number[], b: readonly number[]): number {
  const under = (values: readonly number[], limit: number): number =>
    values.filter((value) => value <= limit).length / values.length;
  return [...a, ...b].reduce((most, limit) => Math.max(most, Math.abs(under(a, limit) - under(b, limit))), 0);
}
