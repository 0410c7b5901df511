/** Reads the partitions of a run: JSON lines, one mail a line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isHeldOut } from './holdout.ts';

export interface Row {
  readonly id: string;
  readonly source: string;
  readonly text: string;
  /** 1 for spam. */
  readonly label: 0 | 1;
}

export interface Manifest {
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
    .flatMap(({ name }) => readPartition(join(folder, name)))
    .filter((row) => !isHeldOut(row.id, manifest.holdoutShare));
}

/** The rows to judge by: the holdout of the latest partitions. */
export function readHoldoutRows(folder: string, manifest: Manifest): Row[] {
  return manifest.evaluate
    .flatMap(({ name }) => readPartition(join(folder, name)))
    .filter((row) => isHeldOut(row.id, manifest.holdoutShare));
}

function readPartition(file: string): Row[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [parseRow(file, index + 1, line)]));
}

function parseRow(file: string, lineNumber: number, line: string): Row {
  const row = JSON.parse(line) as Row;
  if (typeof row.id !== 'string' || typeof row.text !== 'string' || (row.label !== 0 && row.label !== 1)) {
    throw new Error(
      `${file}:${lineNumber}: a row needs the strings "id" and "text" and a "label" of 0 or 1, got ${line.slice(0, 120)}`,
    );
  }
  return row;
}
