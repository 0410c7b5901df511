import { findMetric } from '../../shared/config/metric-catalog.ts';
import type { Missing } from './missing.ts';
import type { Population, Said } from './populations/population.ts';
import type { RuleName } from './rules.ts';
import type { Dependence, WorldLaw, weightings } from './world.ts';

/** One gate in one kind of world. */
export interface Cell {
  /** All of it in words; no two cells have the same. */
  readonly name: string;
  readonly metric: string;
  readonly rule: RuleName;
  /** What worlds are drawn from; made when asked, since some are large. */
  readonly law: () => WorldLaw;
  /** Why the gate passes too often here, where that is known and said in docs/gates.md; null elsewhere. */
  readonly known: string | null;
}

/** Why a mean without bounds may pass too often. */
export const unseen =
  'what is too rare to be in the rows can outweigh all that is: no method bounds a mean that has no bounds itself (Bahadur and Savage, Annals of Mathematical Statistics 27, 1956)';

export interface Circumstances {
  readonly weights?: keyof typeof weightings;
  readonly dependence?: Dependence;
  /** Whether the gates are told of it; they are when omitted. */
  readonly told?: boolean;
  readonly known?: string;
  /** Class shares that the gates are told, of binary models that of class 1. */
  readonly priors?: number;
  readonly missing?: Missing;
}

/** `what`: the population in words. */
export function cellOf(
  metric: string,
  rule: RuleName,
  rows: number,
  [what, ...parts]: readonly [what: string, ...parts: (() => Population)[]],
  { weights = 'equal', dependence, told = true, known, priors, missing }: Circumstances = {},
): Cell {
  const name = [
    `${metric} ${rule}`,
    `${rows} rows`,
    what,
    weights === 'equal' ? [] : `weights ${weights}`,
    dependence ? describeDependence(dependence) : [],
    dependence && !told ? 'not told' : [],
    priors === undefined ? [] : `priors of ${percent(priors)}`,
    missing ? describeMissing(missing) : [],
  ].flat();
  const seesScores = findMetric(metric)?.sees === 'score';
  return {
    name: name.join(', '),
    metric,
    rule,
    law: () => {
      const made = parts.map((make) => make());
      return {
        parts: seesScores ? made : made.map(leaveDecisions),
        rows,
        weights,
        dependence: dependence ?? null,
        told,
        ...(priors !== undefined && { priors }),
        ...(missing && { missing }),
      };
    },
    known: known ?? null,
  };
}

/** Columns of probabilities take most of the time, and metrics of decisions see none. */
function leaveDecisions(part: Population): Population {
  const bare = ({ tops: _, ...said }: Said): Said => said;
  return { ...part, challenger: bare(part.challenger), champion: part.champion && bare(part.champion) };
}

function describeDependence(dependence: Dependence): string {
  return dependence.kind === 'series'
    ? `neighbours correlate by ${dependence.correlation}`
    : `groups of ${dependence.size} that correlate by ${dependence.correlation}`;
}

function describeMissing({ where, chance, assumed }: Missing): string {
  const which = where === 'anywhere' ? 'labels' : 'labels that would tell against it';
  return `${percentOf(chance)} of ${which} missing${assumed ? ', said to be by chance' : ''}`;
}

export const percentOf = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/** How common class 1 is, for a cell's name. */
export const percent = (share: number): string => `${percentOf(share)} of class 1`;
