import pc from 'picocolors';
import type { GateReport, GateResult, SliceResult, Verdict } from '../shared/domain/gate-report.ts';
import { counted } from '../shared/domain/plural.ts';
import { describeLook } from '../shared/gates/ask-of-look.ts';
import { printableTexts } from './printable-texts.ts';

/** A gate report in lines for a terminal. */
export function describeReport(given: GateReport): string[] {
  const report = printableTexts(given);
  const rows = report.rows === null ? 'no rows' : counted(report.rows, 'row');
  return [
    `${colour(report.verdict)(report.verdict.toUpperCase())}  ${rows}, evidence: ${report.evidence}`,
    report.sentence,
    ...describeHoldout(report.holdout),
    '',
    ...report.gates.flatMap(describeGate),
    ...report.notes.map((note) => `note: ${note}`),
  ];
}

function describeHoldout(holdout: GateReport['holdout']): string[] {
  if (!holdout) return [];
  return [`holdout: ${describeLook(holdout, 'these rows')}`];
}

function describeGate(result: GateResult): string[] {
  const { verdict, severity, interval, test, slices } = result;
  const role = severity === 'block' ? '' : pc.dim(` (${severity}: does not decide)`);
  const details = [
    `rule: ${result.rule}`,
    ...(interval ? [`method: ${interval.method}`] : []),
    ...(test ? [`test: ${test.name}, p = ${test.pValue.toPrecision(3)}`] : []),
    ...describeWorth(result),
  ];
  return [
    `${colour(verdict)(verdict.padEnd(12))}  ${pc.bold(result.gate)}${role}  ${result.sentence}`,
    ...details.map((line) => pc.dim(`${' '.repeat(14)}${line}`)),
    ...(slices ? slices.results.map((slice) => describeSlice(slices.by, slice)) : []),
  ];
}

/** Reports of before `schemaVersion` 3 do not say it. */
function describeWorth({ n, effectiveRows }: GateResult): string[] {
  if (typeof effectiveRows !== 'number' || n === null || effectiveRows === n) return [];
  return [`effective rows: ${Number(effectiveRows.toFixed(1))} of ${n}`];
}

function describeSlice(by: string, { slice, verdict, sentence }: SliceResult): string {
  const name = `${by}: ${slice || '(empty)'}`;
  return `  ${colour(verdict)(verdict.padEnd(12))}  ${name}  ${sentence}`;
}

function colour(verdict: Verdict | 'ignored'): (text: string) => string {
  if (verdict === 'passed') return pc.green;
  return verdict === 'inconclusive' ? pc.yellow : verdict === 'ignored' ? pc.dim : pc.red;
}
