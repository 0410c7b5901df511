/**
 * Judges a gap gate: the largest difference between any two groups in a rate of the challenger.
 *
 * Sources: demographic parity, Dwork et al., "Fairness through awareness" (2012); equal opportunity and equalized
 * odds, Hardt, Price and Srebro, "Equality of opportunity in supervised learning" (2016). The largest difference
 * between groups as their measure: Bird et al., Fairlearn (2020).
 *
 * Invariants
 * 1. Passes only if every pair of groups is shown to differ by the limit at most. All must hold, so no pair needs a
 *    correction (intersection-union test, Berger 1982); that some pair differs by more is corrected for all pairs.
 * 2. No column, no two groups large enough, a group too small that may not be ignored: never `passed`.
 */
import type { GapGate } from '../config/gate-schema.ts';
import type { SliceResult, Verdict } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { type RuleVerdict, unmeasured } from './decide.ts';
import { findPlainUnits } from './dependence.ts';
import { describeConfidence } from './describe-rule.ts';
import type { Evidence } from './evidence.ts';
import { countGroups, type Group, gapOf, inferDependentRates, rateOf } from './group-rates.ts';
import { findAbsent, verdictOfSmall } from './judge-slices.ts';
import { show } from './measure-gate.ts';
import { type DecisionRule, describeThreshold } from './metrics/decision-rule.ts';
import type { Predictions } from './rows.ts';
import { findSlices } from './slice-column.ts';
import { evenRowsNeeded } from './statistics/even-rows.ts';
import { exactProportion } from './statistics/exact-proportion.ts';
import { independentProportions } from './statistics/independent-proportions.ts';
import type { NoInference } from './statistics/inference.ts';

interface JudgedGap {
  readonly whole: RuleVerdict;
  readonly groups: readonly SliceResult[] | null;
}

export function judgeGap(gate: GapGate, { predictions }: Evidence): JudgedGap {
  if (!predictions)
    return undecided('error', `${gate.metric}: groups are computed from predictions.csv, which is missing`);
  const rows = predictions.labels.length;
  const { slices } = gate;
  if (rows < gate.minimumRows) {
    return undecided(
      'inconclusive',
      `${gate.metric}: ${counted(rows, 'row')}, the gate needs ${gate.minimumRows}`,
      rows,
    );
  }
  const rowsOf = findSlices(predictions, slices.by);
  if (typeof rowsOf === 'string') return undecided('error', rowsOf, rows);
  if (predictions.weights) {
    return undecided(
      'inconclusive',
      `${gate.metric}: rows have weights, and gaps of weighted rates no interval`,
      rows,
    );
  }
  const absent = findAbsent(slices, rowsOf);
  if (absent[0])
    return { ...undecided('error', `${gate.metric}: ${absent[0].sentence}`, rows), groups: absent };
  const groups = countGroups(gate.metric, predictions, rowsOf);
  const judged = groups.filter(({ challenger }) => challenger.trials >= slices.minimumRows);
  const small = groups.filter((group) => !judged.includes(group));
  if (judged.length < 2) {
    const sentence = `${gate.metric}: ${judged.length} of ${counted(groups.length, 'group')} ${groups.length === 1 ? 'has' : 'have'} the ${counted(slices.minimumRows, 'row')} a group needs, and a gap needs two`;
    return {
      ...undecided('inconclusive', sentence, rows),
      groups: small.map((group) => tellSmall(gate, group)),
    };
  }
  const pairs = comparePairs(gate, predictions, judged);
  if ('why' in pairs) return undecided('inconclusive', `${gate.metric}: no interval, ${pairs.why}`, rows);
  return decideGap(gate, predictions, { pairs, judged, small });
}

/** Two groups, the one with the larger rate first, and how far apart they may be. */
interface Pair {
  readonly high: Group;
  readonly low: Group;
  readonly estimate: number;
  /** Of this pair alone. */
  readonly most: number;
  /** With the confidence that all pairs together leave. */
  readonly least: number;
  readonly method: string;
}

interface Compared {
  readonly pairs: readonly Pair[];
  readonly judged: readonly Group[];
  readonly small: readonly Group[];
}

function decideGap(gate: GapGate, predictions: Predictions, { pairs, judged, small }: Compared): JudgedGap {
  const { labels, rule } = predictions;
  const n = labels.length;
  const units = findPlainUnits(predictions)?.seen;
  const among = units ? ` in ${predictions.dependence!.kind === 'groups' ? units.words : units.plural}` : '';
  const { atMost, confidence, slices } = gate;
  const widest = pairs.reduce((found, pair) => (pair.estimate > found.estimate ? pair : found));
  const range = {
    low: Math.max(...pairs.map(({ least }) => least)),
    high: Math.max(...pairs.map(({ most }) => most)),
  };
  const ofPairs = verdictOf(gate, range);
  const doubtful = small.some(({ name }) => verdictOfSmall(slices, name) === 'inconclusive');
  const [firstSmall] = small;
  const tooSmall = firstSmall
    ? `; ${small.length} of ${small.length + judged.length} groups too small to judge, first ${JSON.stringify(firstSmall.name)}`
    : '';
  const interval = `interval ${show(range.low)} to ${show(range.high)} over ${judged.length} groups (n=${n}${among})`;
  const whole: RuleVerdict = {
    ...unmeasured,
    verdict: doubtful && ofPairs === 'passed' ? 'inconclusive' : ofPairs,
    sentence: `${describeWidest(gate, rule, widest)}${describeRelation(gate, ofPairs)}: ${interval}${tooSmall}`,
    challenger: widest.estimate,
    champion: gapOf(judged.flatMap(({ champion }) => champion ?? [])),
    estimate: widest.estimate,
    limit: atMost,
    interval: { ...range, confidence, method: pairs[0]!.method },
    n,
  };
  const results = judged
    .map((group) => tellGroup(gate, predictions, group, pairs))
    .sort((a, b) => b.harm! - a.harm!);
  return { whole, groups: [...results, ...small.map((group) => tellSmall(gate, group))] };
}

function describeWidest(
  { metric }: GapGate,
  rule: DecisionRule | undefined,
  { estimate, high, low }: Pair,
): string {
  return `${metric}${describeThreshold(rule)} differs by ${show(estimate)} between ${tellRate(high)} and ${tellRate(low)}`;
}

function describeRelation({ atMost, confidence }: GapGate, verdict: Verdict): string {
  const certainty = `${describeConfidence(confidence)} confidence`;
  if (verdict === 'inconclusive') return `, which cannot be told from ${show(atMost)} with ${certainty}`;
  return ` ${verdict === 'passed' ? '<=' : '>'} ${show(atMost)} with ${certainty}`;
}

const methodOfPairs = 'score intervals of all pairs of groups (Miettinen and Nurminen)';

function comparePairs(
  { metric, confidence }: GapGate,
  predictions: Predictions,
  groups: readonly Group[],
): Pair[] | NoInference {
  const pairs = (groups.length * (groups.length - 1)) / 2;
  // Either end of either pair could be the one that is wrong.
  const together = 1 - (1 - confidence) / (2 * pairs);
  const compared: Pair[] = [];
  for (const [at, one] of groups.entries()) {
    for (const other of groups.slice(at + 1)) {
      const [high, low] = rateOf(one.challenger) >= rateOf(other.challenger) ? [one, other] : [other, one];
      const difference = predictions.dependence
        ? inferDependentRates(metric, predictions, high, low)
        : independentProportions(high.challenger, low.challenger);
      if ('why' in difference) return difference;
      const { evenRows } = difference;
      const needed = evenRowsNeeded(together);
      if (evenRows && Math.min(evenRows.low, evenRows.high) < needed) {
        const why = `a few ${difference.units?.plural ?? 'rows'} carry most of the difference of ${tellRate(high)} and ${tellRate(low)}`;
        return { why };
      }
      const alone = difference.interval(confidence);
      compared.push({
        high,
        low,
        estimate: difference.estimate,
        most: Math.max(alone.high, -alone.low),
        least: Math.max(0, difference.interval(together).low),
        method: predictions.dependence ? difference.method : methodOfPairs,
      });
    }
  }
  return compared;
}

function verdictOf({ atMost }: GapGate, range: { low: number; high: number }): Verdict {
  if (range.high <= atMost) return 'passed';
  return range.low > atMost ? 'failed' : 'inconclusive';
}

function tellRate({ name, challenger }: Group): string {
  return `${JSON.stringify(name)} (${show(rateOf(challenger))})`;
}

/** A group beside the group it differs from most; its verdict is the worst of its pairs. */
function tellGroup(
  gate: GapGate,
  predictions: Predictions,
  group: Group,
  pairs: readonly Pair[],
): SliceResult {
  const own = pairs.filter(({ high, low }) => high === group || low === group);
  const widest = own.reduce((found, pair) => (pair.estimate > found.estimate ? pair : found));
  const other = widest.high === group ? widest.low : widest.high;
  const { confidence } = gate;
  const { trials, successes } = group.challenger;
  const rate = predictions.dependence
    ? inferDependentRates(gate.metric, predictions, group, null)
    : exactProportion(successes, trials);
  const estimate = rateOf(group.challenger);
  return {
    slice: group.name,
    verdict: verdictOf(gate, {
      low: Math.max(...own.map(({ least }) => least)),
      high: Math.max(...own.map(({ most }) => most)),
    }),
    sentence: `${gate.metric} ${show(estimate)}, ${show(widest.estimate)} from ${tellRate(other)} (n=${trials})`,
    challenger: estimate,
    champion: group.champion && group.champion.trials > 0 ? rateOf(group.champion) : null,
    estimate,
    limit: null,
    interval: 'why' in rate ? null : { ...rate.interval(confidence), confidence, method: rate.method },
    test: null,
    power: null,
    n: trials,
    effectiveRows: trials / (('why' in rate ? undefined : rate.units?.designEffect) ?? 1),
    harm: widest.estimate - gate.atMost,
    corrected: null,
  };
}

function tellSmall({ metric, slices }: GapGate, { name, challenger: { trials } }: Group): SliceResult {
  return {
    ...unmeasured,
    slice: name,
    verdict: verdictOfSmall(slices, name),
    sentence: `${metric} is a share of ${counted(trials, 'row')} of it, a group needs ${slices.minimumRows}`,
    n: trials,
    effectiveRows: trials,
    harm: null,
    corrected: null,
  };
}

function undecided(verdict: 'error' | 'inconclusive', sentence: string, n: number | null = null): JudgedGap {
  return { whole: { ...unmeasured, verdict, sentence, n }, groups: null };
}
