import type { GateConfig } from '../config/schema.ts';
import type { GateResult, Verdict } from '../domain/gate-report.ts';
import { findBinaryMetric } from './binary-metrics.ts';
import type { Evidence } from './evidence.ts';

type BoundGate = Extract<GateConfig, { kind: 'bound' }>;
type AgainstChampionGate = Extract<GateConfig, { kind: 'against-champion' }>;

interface Judgement {
  readonly verdict: Verdict;
  readonly sentence: string;
}

/** Judges one gate. Never throws; what is missing is an `error`, too few rows are `inconclusive`. */
export function judgeGate(gate: GateConfig, evidence: Evidence, hasChampion: boolean): GateResult {
  const challenger = evidence.metric('challenger', gate.metric);
  const champion = evidence.metric('champion', gate.metric);
  const judgement =
    challenger === null
      ? missing(gate.metric, 'challenger')
      : (tooFewRows(gate, evidence) ??
        (gate.kind === 'bound'
          ? judgeBound(gate, challenger, evidence)
          : judgeAgainstChampion(gate, challenger, champion, hasChampion, evidence)));
  return { gate: gate.gate, kind: gate.kind, metric: gate.metric, ...judgement, challenger, champion };
}

function judgeBound(gate: BoundGate, value: number, evidence: Evidence): Judgement {
  const [holds, sign, limit] =
    gate.atLeast !== undefined
      ? [value >= gate.atLeast, '>=', gate.atLeast]
      : [value <= gate.atMost!, '<=', gate.atMost!];
  const relation = holds ? sign : sign === '>=' ? '<' : '>';
  return {
    verdict: holds ? 'passed' : 'failed',
    sentence: `${gate.metric} ${show(value)} ${relation} ${show(limit)}${sample(evidence)}`,
  };
}

function judgeAgainstChampion(
  gate: AgainstChampionGate,
  challenger: number,
  champion: number | null,
  hasChampion: boolean,
  evidence: Evidence,
): Judgement {
  const better = findBinaryMetric(gate.metric)?.better ?? gate.better;
  if (!better) {
    return {
      verdict: 'error',
      sentence: `${gate.metric}: the gate does not say which way is better; set better`,
    };
  }
  if (!hasChampion) {
    return {
      verdict: 'passed',
      sentence: `${gate.metric} ${show(challenger)}: no champion yet to compare with`,
    };
  }
  if (champion === null) return missing(gate.metric, 'champion');
  const gain = better === 'higher' ? challenger - champion : champion - challenger;
  // Rounded to 12 digits: 0.95 - 0.94 must not miss a minimum gain of 0.01 by a rounding error.
  const holds = Number(gain.toPrecision(12)) >= gate.minimumGain;
  const arithmetic = `${gate.metric} ${show(challenger)} against champion's ${show(champion)}: gain ${show(gain)}`;
  return {
    verdict: holds ? 'passed' : 'failed',
    sentence: `${arithmetic} ${holds ? '>=' : '<'} ${show(gate.minimumGain)}${sample(evidence)}`,
  };
}

function missing(metric: string, side: 'challenger' | 'champion'): Judgement {
  return { verdict: 'error', sentence: `${metric} of the ${side} is missing or undefined` };
}

/** Rows are counted where there are rows; a gate on reported metrics alone cannot count them. */
function tooFewRows(gate: GateConfig, evidence: Evidence): Judgement | undefined {
  const rows = evidence.predictions?.labels.length;
  if (rows === undefined || rows >= gate.minimumRows) return undefined;
  return {
    verdict: 'inconclusive',
    sentence: `${gate.metric}: ${rows} rows, the gate needs ${gate.minimumRows}`,
  };
}

function sample(evidence: Evidence): string {
  return evidence.predictions ? ` (n=${evidence.predictions.labels.length})` : ' (as reported)';
}

function show(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
