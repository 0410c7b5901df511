import {
  type DataGate,
  type GapGate,
  type GateConfig,
  type MetricGate,
  sourceOf,
} from '../config/gate-schema.ts';
import { seesDecisions } from '../config/metric-catalog.ts';
import { type DecisionRule, describeThreshold } from './metrics/decision-rule.ts';
import { describePriors } from './priors.ts';
import { describeBy } from './slice-column.ts';

/** A gate's rule in words: `accuracy at least 0.9, with 95 % confidence`. */
export function describeRule(gate: GateConfig, rule?: DecisionRule): string {
  if (gate.kind === 'data') return describeDataRule(gate);
  const reported = sourceOf(gate) === 'reported';
  const certainty =
    gate.confidence === undefined || reported
      ? ', as measured'
      : `, with ${describeConfidence(gate.confidence)} confidence`;
  const slices =
    gate.slices && gate.kind !== 'gap' ? `, and in every slice by ${describeBy(gate.slices.by)}` : '';
  const threshold = !reported && seesDecisions(gate.metric) ? describeThreshold(rule) : '';
  const priors = reported || gate.kind === 'gap' ? '' : describePriors(gate.metric, rule);
  return `${gate.metric}${threshold}${priors} ${describeDemand(gate)}${certainty}${slices}`;
}

/** `95 %`; what is near to certainty keeps its distance: `99.99975 %`. */
export function describeConfidence(confidence: number): string {
  const error = Number((100 * (1 - confidence)).toPrecision(3));
  return `${Number((100 - error).toPrecision(12))} %`;
}

function describeDataRule({ rows, labelBalance, overlap, unlabelledShare, confidence }: DataGate): string {
  if (rows) return `rows at least ${rows.atLeast}`;
  if (overlap) return `rows that training saw at most ${overlap.atMost}`;
  if (unlabelledShare) return `share of rows without a label at most ${unlabelledShare.atMost}`;
  if (!labelBalance) return 'nothing';
  const { class: name, atLeast, atMost } = labelBalance;
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ];
  const certainty =
    confidence === undefined ? 'as measured' : `with ${describeConfidence(confidence)} confidence`;
  return `share of label ${JSON.stringify(name)} ${bounds.join(' and ')}, ${certainty}`;
}

function describeDemand(gate: MetricGate | GapGate): string {
  if (gate.kind === 'bound') {
    return gate.atLeast === undefined ? `at most ${gate.atMost}` : `at least ${gate.atLeast}`;
  }
  if (gate.kind === 'gap') {
    return `of any two groups by ${describeBy(gate.slices.by)} apart by at most ${gate.atMost}`;
  }
  const margin = gate.marginIs === 'relative' ? `${100 * gate.margin} % of it` : String(gate.margin);
  return gate.rule === 'superiority'
    ? `better than the champion's by more than ${margin}`
    : `worse than the champion's by less than ${margin}`;
}
