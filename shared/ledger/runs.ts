/**
 * Runs in the ledger: rows of the table RatchetRuns, one partition for each model.
 *
 * A run's row has the run's id as its key. Its second row is a copy under a timed key, so that a partition lists newest
 * first with one query; both are written in one transaction, and conditional on what was read.
 */
import type { TableClient } from '@azure/data-tables';
import { modelOfRun, type Run, runPhases } from '../domain/run.ts';
import { findRow, type KnownRow } from './conditional-writes.ts';
import { type Planned, writeLogged } from './decision-log.ts';
import { readDocument, writeDocument } from './document.ts';
import { recordOfRun } from './log-records.ts';
import { type Page, readNewest } from './read-newest.ts';
import { canBeKey, timedKey } from './row-keys.ts';
import { completeSecondRows, type SecondRow, type SecondRows } from './second-rows.ts';

export interface RunQuery {
  readonly model?: string | undefined;
  /** ISO 8601, UTC: only those that began before this moment. */
  readonly until?: string | undefined;
  readonly limit: number;
  /** As an earlier page gave it. */
  readonly continuation?: string | undefined;
}

/** A row as it is written. The columns are for filters; the document is the whole run. */
export function runRow(run: Run): SecondRow {
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

export const runOf = (row: KnownRow): Run => readDocument<Run>(row);

/** A run id begins with its model's name, which may begin with a digit, but never with this. */
const timedPrefix = '!';

function timedRow(run: Run): SecondRow {
  return { ...runRow(run), rowKey: `${timedPrefix}${timedKey(run.runId, run.startedAt)}` };
}

export const runsByTime: SecondRows = {
  of: (row) => (/^[!~]/.test(String(row['rowKey'])) ? null : timedRow(runOf(row))),
};

/** Writes a run unless the ledger knows it to be further. `since`: when its phase began (ISO 8601, UTC), where known. */
export async function writeRun(table: TableClient, run: Run, since?: string): Promise<void> {
  await completeSecondRows(table, run.model, runsByTime);
  await writeLogged(table, run.model, async () => {
    const known = await findRow(table, run.model, run.runId);
    if (known && !isAsFarAs(run, runOf(known))) return null;
    return planBoth(withPhases(run, known && runOf(known), since), known);
  });
}

/** The phases it has been in, as they were first told. */
function withPhases(run: Run, known: Run | null, since: string | undefined): Run {
  const before = known?.phases ?? [];
  const isNew = since !== undefined && !before.some(({ phase }) => phase === run.phase);
  const phases = isNew ? [...before, { phase: run.phase, from: since }] : before;
  return phases.length === 0 ? run : { ...run, phases };
}

/** Changes a run's row; a run that is unknown stays so. */
export async function changeRun(table: TableClient, runId: string, change: (run: Run) => Run): Promise<void> {
  const model = modelOfRun(runId);
  if (model === null || !canBeKey(runId)) return;
  await completeSecondRows(table, model, runsByTime);
  await writeLogged(table, model, async () => {
    const known = await findRow(table, model, runId);
    return known && planBoth(change(runOf(known)), known);
  });
}

/** All rows that a run has. */
export function rowsOfRun(run: Run): readonly [SecondRow, SecondRow] {
  return [runRow(run), timedRow(run)];
}

function planBoth(next: Run, known: KnownRow | null): Planned {
  // A run keeps its place in the order.
  const run = known ? { ...next, startedAt: runOf(known).startedAt } : next;
  const [row, copy] = rowsOfRun(run);
  return {
    actions: [
      known ? ['update', row, 'Replace', { etag: String(known['etag']) }] : ['create', row],
      ['upsert', copy, 'Replace'],
    ],
    record: recordOfRun(row, run),
  };
}

export async function readRun(table: TableClient, runId: string): Promise<Run | null> {
  const model = modelOfRun(runId);
  if (model === null || !canBeKey(runId)) return null;
  const row = await findRow(table, model, runId);
  return row && runOf(row);
}

/** `latest`: of all models, by model, a time than which no run of it began later; absent: not known. */
export function readRuns(
  table: TableClient,
  query: RunQuery,
  latest?: ReadonlyMap<string, string>,
): Promise<Page<Run>> {
  const { model, until, limit, continuation } = query;
  const where = model === undefined ? { latest } : { partitions: [model].filter(canBeKey) };
  const before = (each: string) => completeSecondRows(table, each, runsByTime);
  return readNewest(table, { ...where, before, prefix: timedPrefix, until, limit, continuation }, runOf);
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
    run.pastChampions?.length ?? 0,
    Number(run.reuse !== undefined),
    Number(run.released),
    Number(run.registeredVersion !== null),
    Number(run.verdict !== null),
    // A mark stays: a late repeat that does not know of it loses.
    Number(run.brokenGlass !== undefined),
  ];
}
