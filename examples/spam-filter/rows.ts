/** Reads the partitions of a run: CSV with a header line, one mail a row. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCsv } from './csv.ts';
import { isHeldOut } from './holdout.ts';

export interface Row {
  readonly id: string;
  readonly source: string;
  readonly text: string;
  /** 1 for spam. */
  readonly label: 0 | 1;
  /** First day of the week whose file the mail came in. */
  readonly week: string;
}

interface Manifest {
  readonly runId: string;
  readonly train: readonly { readonly name: string }[];
  readonly evaluate: readonly { readonly name: string }[];
  readonly holdoutShare: number;
}

export function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}

/** The rows to learn from: those of every partition, without the holdout. */
export function readTrainingRows(folder: string, manifest: Manifest): Row[] {
  return manifest.train
    .flatMap(({ name }) => readPartition(folder, name))
    .filter((row) => !isHeldOut(row.id, manifest.holdoutShare));
}

/** The rows to judge by: the holdout of the latest partitions. */
export function readHoldoutRows(folder: string, manifest: Manifest): Row[] {
  return manifest.evaluate
    .flatMap(({ name }) => readPartition(folder, name))
    .filter((row) => isHeldOut(row.id, manifest.holdoutShare));
}

/** Every row of one file. Throws an error that names file and row where one cannot be used. */
export function readPartition(folder: string, name: string): Row[] {
  const [header = [], ...rows] = parseCsv(readFileSync(join(folder, name), 'utf8'));
  const [id, source, label, text] = ['id', 'source', 'label', 'text'].map((column) => header.indexOf(column));
  return rows.map((fields, index) => {
    const row = { id: fields[id!], source: fields[source!], label: fields[label!], text: fields[text!] };
    if (!row.id || row.source === undefined || row.text === undefined || !/^[01]$/.test(row.label ?? '')) {
      throw new Error(
        `${name}, row ${index + 1}: a mail needs the columns id, source and text and a label of 0 or 1, got ${fields.join(',').slice(0, 120)}`,
      );
    }
    const { source: group, text: words } = row;
    return {
      id: row.id,
      source: group,
      text: words,
      label: row.label === '1' ? 1 : 0,
      week: name.slice(0, 10),
    };
  });
}
