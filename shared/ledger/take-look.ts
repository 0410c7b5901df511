/**
 * The looks at a model's holdout: one row of the table RatchetHoldouts for each part.
 *
 * A look is in every part's row before it is answered. A crash between two rows leaves it in some of them: whoever
 * asks again completes it, with the least share that any of the parts allows.
 */
import type { TableClient } from '@azure/data-tables';
import type { HoldoutPart } from '../domain/holdout.ts';
import { shortHash } from '../domain/short-hash.ts';
import { findRow, type KnownRow, writeRow } from './conditional-writes.ts';
import { readDocument, writeDocument } from './document.ts';

export interface AskedLook {
  readonly model: string;
  readonly runId: string;
  /** Names of the parts: the partitions that the run evaluates, each once. */
  readonly parts: readonly string[];
}

/** What is written: the parts in the order asked for; one that stays as it was is the same object. */
export interface TakenLook {
  readonly parts: readonly HoldoutPart[];
}

/** Fails with 404, 409 or 412 where another writer came between: do it again. */
export async function takeLook<Taken extends TakenLook>(
  table: TableClient,
  { model, runId, parts: names }: AskedLook,
  spend: (parts: readonly HoldoutPart[]) => Taken,
): Promise<Taken> {
  const rows = await Promise.all(names.map((name) => findRow(table, model, rowKeyOf(name))));
  const known = rows.map((row, at) => (row ? readDocument<HoldoutPart>(row) : neverSeen(names[at]!)));
  const taken = spend(known);
  for (const [at, part] of taken.parts.entries()) {
    if (part !== known[at]) await writeRow(table, rowOf(model, part, runId), rows[at] as KnownRow | null);
  }
  return taken;
}

const neverSeen = (part: string): HoldoutPart => ({ part, looks: [], earlier: { looks: 0, share: 0 } });

/** A name may be longer than a key, and hold what a key may not. */
function rowKeyOf(part: string): string {
  return shortHash(part);
}

function rowOf(model: string, part: HoldoutPart, runId: string): { partitionKey: string; rowKey: string } {
  const columns = { part: part.part, looks: part.earlier.looks + part.looks.length, lastRun: runId };
  return {
    partitionKey: model,
    rowKey: rowKeyOf(part.part),
    ...columns,
    ...writeDocument(part, { model, run: runId }),
  };
}
