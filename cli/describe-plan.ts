import pc from 'picocolors';
import { counted } from '../shared/domain/plural.ts';
import { describeConfidence } from '../shared/gates/describe-rule.ts';
import type { GatePlan, PlannedGate } from '../shared/gates/plan/plan-document.ts';
import { printableTexts } from './printable-texts.ts';

/** A plan in lines for a terminal: a table of all gates, then what is said of each. */
export function describePlan(given: GatePlan): string[] {
  const plan = printableTexts(given);
  const ones = plan.positives === null ? '' : `, ${number(100 * plan.positives)} % of class 1`;
  return [
    `${plan.model}: ${counted(plan.rows, 'row')}${ones}, look ${plan.look}`,
    '',
    ...table([
      ['gate', 'confidence', 'supposed', 'limit', 'passes', 'finds', 'rows for 8 in 10', 'looks'],
      ...plan.gates.map(cellsOf),
    ]),
    '',
    ...plan.gates.flatMap(describeGate),
    ...plan.notes.map((note) => `note: ${note}`),
  ];
}

const number = (value: number | null): string =>
  value === null ? '–' : String(Number(value.toPrecision(4)));

function cellsOf(gate: PlannedGate): string[] {
  const { confidenceAsked, supposed, power, minimumDetectable, rowsNeeded, looks } = gate;
  return [
    gate.gate,
    confidenceAsked === null ? '–' : describeConfidence(confidenceAsked),
    number(supposed?.value ?? null),
    number(supposed?.limit ?? null),
    power === null ? '–' : `${(100 * power).toFixed(1)} %`,
    number(minimumDetectable),
    number(rowsNeeded),
    number(looks),
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
}

function describeGate({ gate, severity, rule, sentence, method, supposed, guards }: PlannedGate): string[] {
  const role = severity === 'block' ? '' : pc.dim(` (${severity}: does not decide)`);
  const details = [
    `rule: ${rule}`,
    ...(supposed ? [`supposed: ${supposed.because.join('; ')}`] : []),
    ...(method ? [`method: ${method}`] : []),
  ];
  return [
    `${pc.bold(gate)}${role}  ${sentence}`,
    ...details.map((line) => pc.dim(`  ${line}`)),
    ...guards.map((guard) => {
      const line = `  ${guard.holds === false ? 'too few' : 'needs'}: ${guard.sentence}`;
      return guard.holds === false ? pc.yellow(line) : pc.dim(line);
    }),
  ];
}
