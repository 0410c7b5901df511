/** A gate in plain English. Pure. */
import type { GateConfig } from '../config/gate-schema.ts';
import { describeRule } from '../gates/describe-rule.ts';
import { further } from './words.ts';

const severityWords = { block: 'must pass', warn: 'warns', record: 'is only written down' } as const;

/** Told by the rule itself. */
const inRule: readonly string[] = [
  ...['gate', 'severity', 'kind', 'metric', 'confidence', 'atLeast', 'atMost', 'rule', 'margin', 'marginIs'],
  ...['rows', 'overlap', 'labelBalance', 'unlabelledShare'],
];

export function tellGate(gate: GateConfig): string {
  const rest = Object.entries(gate).filter(([field]) => !inRule.includes(field));
  const assumed = gate.kind === 'data' ? gate.unlabelledShare?.assume : undefined;
  const more = further({ ...Object.fromEntries(rest), assume: assumed }).replace(' Further', ' With');
  return `Gate ${gate.gate} ${severityWords[gate.severity]}: ${describeRule(gate)}.${more}`;
}
