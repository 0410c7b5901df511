import type { GateReport, GateReportDocument } from '../domain/gate-report.ts';

/** Durable history is read whole at every replay: a report with two hundred slices has no business in it. */
const historyLimitBytes = 20_000;

/**
 * The report as it may enter durable history: without its curves, and where it is large without more of what the whole
 * report in the run's folder has: first the slices, then the single gates, then all but the beginning of the sentence.
 * The verdict is always there.
 */
export function fitReport({ curves: _, ...report }: GateReportDocument): GateReport {
  const without = (what: string, rest: Partial<GateReport>): GateReport => ({
    ...report,
    ...rest,
    notes: [`${what} left out; the whole report is in the run's gate-report.json`],
  });
  const gates = report.gates.map((gate) => ({ ...gate, slices: null }));
  const shortened = [
    report,
    without('slices', { gates }),
    without('gates and slices', { gates: [] }),
    without('gates, slices and most of the sentence', {
      gates: [],
      sentence: report.sentence.slice(0, 2000),
    }),
  ];
  return shortened.find(fits) ?? shortened.at(-1)!;
}

const fits = (report: GateReport): boolean => Buffer.byteLength(JSON.stringify(report)) <= historyLimitBytes;
