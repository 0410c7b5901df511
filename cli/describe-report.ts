import pc from 'picocolors';
import type { GateReport, GateResult, SliceResult, Verdict } from '../shared/domain/gate-report.ts';

/** A gate report in lines for a terminal. */
export function describeReport(report: GateReport): string[] {
  const rows = report.rows === null ? 'no rows' : `${report.rows} rows`;
  return [
    `${colour(report.verdict)(report.verdict.toUpperCase())}  ${rows}, evidence: ${report.evidence}`,
    printable(report.sentence),
    ...describeHoldout(report.holdout),
    '',
    ...report.gates.flatMap(describeGate),
    ...report.notes.map((note) => `note: ${printable(note)}`),
  ];
}

function describeHoldout(holdout: GateReport['holdout']): string[] {
  if (!holdout) return [];
  const { look, share, spent } = holdout;
  const percent = (part: number): string => `${Number((100 * part).toPrecision(3))} %`;
  return [
    `holdout: look ${look} at these rows, which may spend ${percent(share)} of the error; ${percent(spent)} are spent with it`,
  ];
}

function describeGate(result: GateResult): string[] {
  const { verdict, severity, interval, test, slices } = result;
  const role = severity === 'block' ? '' : pc.dim(` (${severity}: does not decide)`);
  const details = [
    `rule: ${result.rule}`,
    ...(interval ? [`method: ${interval.method}`] : []),
    ...(test ? [`test: ${test.name}, p = ${test.pValue.toPrecision(3)}`] : []),
  ];
  return [
    `${colour(verdict)(verdict.padEnd(12))}  ${pc.bold(printable(result.gate))}${role}  ${printable(result.sentence)}`,
    ...details.map((line) => pc.dim(`${' '.repeat(14)}${printable(line)}`)),
    ...(slices ? sortByHarm(slices.results).map((slice) => describeSlice(slices.by, slice)) : []),
  ];
}

/** The most harmed first, and those without a number last; otherwise as they come. */
function sortByHarm(slices: readonly SliceResult[]): SliceResult[] {
  const harmOf = ({ harm }: SliceResult): number => harm ?? Number.NEGATIVE_INFINITY;
  return slices.toSorted((a, b) => harmOf(b) - harmOf(a) || 0);
}

function describeSlice(by: string, { slice, verdict, sentence }: SliceResult): string {
  const name = printable(`${by}: ${slice || '(empty)'}`);
  return `  ${colour(verdict)(verdict.padEnd(12))}  ${name}  ${printable(sentence)}`;
}

function colour(verdict: Verdict | 'ignored'): (text: string) => string {
  if (verdict === 'passed') return pc.green;
  return verdict === 'inconclusive' ? pc.yellow : verdict === 'ignored' ? pc.dim : pc.red;
}

/** A value of a column may hold what a terminal takes for a command. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\ufffd');
