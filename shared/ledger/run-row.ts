import { type Run, runPhases } from '../domain/run.ts';
import { readDocument, writeDocument } from './document.ts';

/** A row of the table RatchetRuns. The columns are for filters; the document is the whole run. */
export interface RunRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string;
}

export function runRow(run: Run): RunRow {
  return {
    partitionKey: run.model,
    rowKey: run.runId,
    kind: run.kind,
    phase: run.phase,
    outcome: run.outcome ?? '',
    startedAt: run.startedAt,
    endedAt: run.endedAt ?? '',
    ...writeDocument(run, { model: run.model, run: run.runId }),
  };
}

export function runOf(row: Readonly<Record<string, unknown>>): Run {
  return readDocument<Run>(row);
}

/**
 * Whether `next` tells at least as much of the run as `known`. Activities repeat, and a late repeat may bring an
 * older phase after a newer one: it must not win.
 */
export function isAsFarAs(next: Run, known: Run): boolean {
  const [a, b] = [progressOf(next), progressOf(known)];
  const difference = a.findIndex((value, index) => value !== b[index]);
  return difference === -1 || a[difference]! > b[difference]!;
}

/** What only ever grows in a run, the weightiest first. */
function progressOf(run: Run): readonly number[] {
  return [
    Number(run.endedAt !== null),
    runPhases.indexOf(run.phase),
    Number(run.released),
    Number(run.registeredVersion !== null),
    Number(run.verdict !== null),
    // A mark stays: a late repeat that does not know of it loses.
    Number(run.brokenGlass !== undefined),
  ];
}
