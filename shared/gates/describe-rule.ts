import { type GateConfig, sourceOf } from '../config/gate-schema.ts';

/** A gate's rule in words: `accuracy at least 0.9, with 95 % confidence`. */
export function describeRule(gate: GateConfig): string {
  const reported = sourceOf(gate) === 'reported';
  const certainty =
    gate.confidence === undefined || reported
      ? ', as measured'
      : `, with ${describeConfidence(gate.confidence)} confidence`;
  const slices = gate.slices && gate.kind !== 'gap' ? `, and in every slice by ${gate.slices.by}` : '';
  return `${gate.metric} ${describeDemand(gate)}${certainty}${slices}`;
}

/** `95 %`; what is near to certainty keeps its distance: `99.99975 %`. */
export function describeConfidence(confidence: number): string {
  const error = Number((100 * (1 - confidence)).toPrecision(3));
  return `${Number((100 - error).toPrecision(12))} %`;
}

function describeDemand(gate: GateConfig): string {
  if (gate.kind === 'bound') {
    return gate.atLeast === undefined ? `at most ${gate.atMost}` : `at least ${gate.atLeast}`;
  }
  if (gate.kind === 'gap') {
    return `of any two groups by ${gate.slices.by} apart by at most ${gate.atMost}`;
  }
  const margin = gate.marginIs === 'relative' ? `${100 * gate.margin} % of it` : String(gate.margin);
  return gate.rule === 'superiority'
    ? `better than the champion's by more than ${margin}`
    : `worse than the champion's by less than ${margin}`;
}
