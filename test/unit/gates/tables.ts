import type { GateConfig } from '../../../shared/config/gate-schema.ts';
import type { GateReportDocument } from '../../../shared/domain/gate-report.ts';
import type { JudgeRequest } from '../../../shared/gates/evidence.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';

export type Row = Readonly<Record<string, string | number>>;

/** predictions.csv of rows that all have the columns of the first; ids are added. */
export function toCsv(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row, at) =>
    [`r${String(at).padStart(6, '0')}`, ...columns.map((name) => row[name])].join(','),
  );
  return [['id', ...columns].join(','), ...lines].join('\n');
}

/** So many rows of either class, of which each side has so many wrong: the challenger the first, the champion the last. */
export function decisions(
  rows: number,
  wrong: { readonly challenger: number; readonly champion: number },
  more: Row = {},
): Row[] {
  const score = (label: number, right: boolean): number => ((label === 1) === right ? 0.9 : 0.1);
  return Array.from({ length: rows }, (_, at) => ({
    label: at % 2,
    challenger: score(at % 2, at >= wrong.challenger),
    champion: score(at % 2, at < rows - wrong.champion),
    ...more,
  }));
}

export function judgeRows(
  gates: readonly GateConfig[],
  rows: readonly Row[],
  over: Partial<JudgeRequest> = {},
): GateReportDocument {
  return judgeEvidence({
    runId: 'm-20020902-1f2e3d4c',
    task: 'binary',
    gates,
    hasChampion: true,
    predictions: toCsv(rows),
    metrics: null,
    trackedMetrics: {},
    look: null,
    ...over,
  });
}
