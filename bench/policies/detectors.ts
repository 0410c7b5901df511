/** What looks at the errors of the version that serves. Each begins anew when a run ends, and keeps an alarm until then. */

import { seedRandom } from '../../shared/gates/statistics/random.ts';
import { adwin, type Detector, kswin, pageHinkley } from '../alarms/detectors.ts';
import { type Labelled, type Rule, ruleOf, type World } from './rule.ts';

const errorOf = ({ wrong, rows }: Labelled): number => wrong / rows;

/** Page (Biometrika 41, 1954): the sum of standardized errors above the reference and half a standard error more. */
export function cusum(reference: number, limit: number): Detector {
  let sum = 0;
  return ({ right, rows }) => {
    const share = Math.min(0.99, Math.max(0.01, reference));
    const standardError = Math.sqrt((share * (1 - share)) / rows);
    sum = Math.max(0, sum + (1 - right / rows - share) / standardError - 0.5);
    return sum > limit;
  };
}

function detecting(open: () => Detector): Rule {
  let [detector, hasAlarm, version] = [open(), false, -1];
  const beginAnew = (): void => {
    [detector, hasAlarm] = [open(), false];
  };
  return {
    ...ruleOf('metric', () => hasAlarm),
    see: ({ version: served, wrong, rows }) => {
      if (served === version) hasAlarm = detector({ right: rows - wrong, rows }) || hasAlarm;
    },
    crowned: (now) => {
      version = now;
      beginAnew();
    },
    ended: beginAnew,
  };
}

/** Of the newest labelled window of the version that serves. */
export function thresholdRule({ reference }: World, above: number): Rule {
  let [isBad, version] = [false, -1];
  return {
    ...ruleOf('metric', () => isBad),
    see: (labelled) => {
      if (labelled.version === version) isBad = errorOf(labelled) > reference + above;
    },
    crowned: (now) => {
      [version, isBad] = [now, false];
    },
  };
}

/** Staleness is the error beyond that of the version's first labelled window, or beyond the reference before it has any. */
export function caraRule({ reference }: World, limit: number, isCumulative: boolean): Rule {
  let [version, fresh, staleness] = [-1, reference, 0];
  return {
    ...ruleOf('metric', () => staleness > limit),
    see: (labelled) => {
      if (labelled.version !== version) return;
      const error = errorOf(labelled);
      if (Number.isNaN(fresh)) fresh = error;
      const now = Math.max(0, error - fresh);
      staleness = isCumulative ? staleness + now : now;
    },
    crowned: (now) => {
      // The first version of all has been measured before the play.
      fresh = version === -1 ? reference : Number.NaN;
      [version, staleness] = [now, 0];
    },
    ended: () => {
      staleness = 0;
    },
  };
}

export const adwinRule = (delta: number): Rule => detecting(() => adwin(delta));
export const pageHinkleyRule = (delta: number, lambda: number): Rule =>
  detecting(() => pageHinkley(delta, lambda));
export const cusumRule = ({ reference }: World, limit: number): Rule =>
  detecting(() => cusum(reference, limit));
export const kswinRule = (alpha: number, size: number, latest: number, seed: string): Rule =>
  detecting(() => kswin(seedRandom(seed), alpha, size, latest));
