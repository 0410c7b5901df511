/**
 * Trainings in the ledger: rows of the table RatchetTrainings, one partition for each model, the fingerprint of the inputs as key.
 *
 * Owns: which training of the same inputs is known, the latest, and which runs have judged it. Does not own: what counts as the
 * same (shared/config/training-fingerprint.ts), whether its files are what they were (activities/find-training.ts).
 *
 * Invariants
 * 1. A row is found by its key: no list is gone through.
 * 2. A late repeat of an older training does not replace a later one, and forgets no run that has judged it.
 */
import type { TableClient } from '@azure/data-tables';
import type { Training, TrainingUse } from '../domain/training.ts';
import { findRow, type KnownRow, retryLostRaces, writeRow } from './conditional-writes.ts';
import { readDocument, writeDocument } from './document.ts';
import type { InTable } from './on-ready-tables.ts';

/** A training that so many runs have judged is not taken again. */
export const usesAtMost = 20;

export class Trainings {
  readonly #in: InTable;

  constructor(inTable: InTable) {
    this.#in = inTable;
  }

  /** The latest of these inputs that has ended well; null: none is known. */
  find(model: string, fingerprint: string): Promise<Training | null> {
    return this.#in(`reading the training of ${model} by its inputs`, async (table) => {
      const row = await findRow(table, model, fingerprint);
      return row && trainingOf(row);
    });
  }

  /** Writes a training unless a later one of the same inputs is known. */
  keep(training: Training): Promise<void> {
    return this.#change(training, (known) => {
      if (known === null) return training;
      const isSame = known.runId === training.runId && known.jobName === training.jobName;
      return isSame || known.endedAt > training.endedAt ? null : training;
    });
  }

  /** Notes that a run judges a training; once however often it is told. */
  use({ model, fingerprint, runId }: Training, use: TrainingUse): Promise<void> {
    return this.#change({ model, fingerprint }, (known) => {
      if (known === null || known.runId !== runId) return null;
      if (known.uses.some((each) => each.runId === use.runId)) return null;
      return { ...known, uses: [...known.uses, use] };
    });
  }

  #change(
    { model, fingerprint }: Pick<Training, 'model' | 'fingerprint'>,
    change: (known: Training | null) => Training | null,
  ): Promise<void> {
    return this.#in(`recording the training of ${model} by its inputs`, (table) =>
      retryLostRaces(() => changeRow(table, { model, fingerprint }, change)),
    );
  }
}

async function changeRow(
  table: TableClient,
  { model, fingerprint }: Pick<Training, 'model' | 'fingerprint'>,
  change: (known: Training | null) => Training | null,
): Promise<void> {
  const known = await findRow(table, model, fingerprint);
  const next = change(known && trainingOf(known));
  if (next) await writeRow(table, rowOf(next), known);
}

const trainingOf = (row: KnownRow): Training => readDocument<Training>(row);

function rowOf(training: Training): { partitionKey: string; rowKey: string } {
  const { model, fingerprint, runId, endedAt } = training;
  const columns = { run: runId, endedAt };
  return {
    partitionKey: model,
    rowKey: fingerprint,
    ...columns,
    ...writeDocument(training, { model, run: runId }),
  };
}
