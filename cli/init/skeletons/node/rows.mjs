/** The rows of the data: which columns there are, which rows are held out, and what a model sees of a row. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Tells the rows apart over all files; empty: the file and the number of the row do. */
const ID = 'id';
/** What the model predicts. */
export const TARGET = 'target';
/** The value of TARGET that is class 1, where there are two. */
export const POSITIVE = '1';
/** The columns of numbers that the model learns from. */
const FEATURES = ['feature'];

/** Ratchet's rule (docs/jobs.md): a row is on the same side in every run, so no model is judged on what it has learnt. */
function isHeldOut(id, share) {
  return createHash('sha256').update(id, 'utf8').digest().readUInt32BE(0) / 2 ** 32 < share;
}

/** Yields `{ id, row }` of the files that the manifest lists, and of no other file in the folder. */
export function* readRows(data, manifestFile, part, heldOut) {
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  for (const { name } of manifest[part]) {
    const [header, ...records] = parseCsv(readFileSync(join(data, name), 'utf8').replace(/^\uFEFF/, ''));
    for (const [number, cells] of records.entries()) {
      const row = Object.fromEntries(header.map((column, index) => [column, cells[index] ?? '']));
      const id = ID === '' ? `${name}:${number}` : row[ID];
      if (row[TARGET] !== '' && isHeldOut(id, manifest.holdoutShare) === heldOut) yield { id, row };
    }
  }
}

/** Numbers; a missing one is NaN. */
export function features(row) {
  return FEATURES.map((name) => (row[name] === '' ? Number.NaN : Number(row[name])));
}

/** RFC 4180: cells in quotes may hold commas, line ends and doubled quotes. */
function parseCsv(text) {
  const records = [[]];
  for (const [, comma, quoted, plain] of text.matchAll(/(^|,|\r?\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)) {
    if (comma.endsWith('\n')) records.push([]);
    records.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  }
  return records.filter((cells) => cells.length > 1 || cells[0] !== '');
}

/** One record of CSV. */
export const csvLine = (cells) =>
  `${cells.map((cell) => (/[",\r\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : cell)).join(',')}\n`;
