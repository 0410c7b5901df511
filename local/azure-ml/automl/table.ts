/**
 * Reads an MLTable: the folder with a file `MLTable` and the delimited files that it names.
 *
 * Source: "Working with tables in Azure Machine Learning" and "MLTable YAML schema". What a table may say beyond paths to files of
 * its own folder and `read_delimited` is refused here.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const MLTableSchema = z.looseObject({
  paths: z
    .array(
      z.strictObject({
        file: z.string().regex(/^(?![a-z]+:)(?!\/)/i, 'must be a file of this folder, such as ./train.csv'),
      }),
    )
    .min(1),
  transformations: z
    .array(
      z.strictObject({
        read_delimited: z
          .looseObject({ delimiter: z.string().length(1).optional() })
          .nullish()
          .transform((options) => options ?? {}),
      }),
    )
    .length(1, 'must be read_delimited alone; others are not read here'),
});

/** Throws an Error that names the file at fault. */
export function readTable(folder: string): Table {
  const text = readText(folder, 'MLTable', 'the table has no file MLTable');
  const parsed = MLTableSchema.safeParse(parse(text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`MLTable cannot be read: ${problems.join('; ')}`);
  }
  const { delimiter = ',' } = parsed.data.transformations[0]!.read_delimited;
  const tables = parsed.data.paths.map(({ file }) => {
    const [columns = [], ...rows] = splitRows(
      readText(folder, file, `MLTable names ${file}, which is not there`),
      delimiter,
    );
    const odd = rows.findIndex((row) => row.length !== columns.length);
    if (odd >= 0)
      throw new Error(
        `${file}: row ${odd + 1} has ${rows[odd]!.length} cells, and the header ${columns.length}`,
      );
    return { file, columns, rows };
  });
  const [{ columns }, ...others] = tables as [(typeof tables)[number], ...typeof tables];
  const other = others.find((one) => one.columns.join('\0') !== columns.join('\0'));
  if (other) throw new Error(`${other.file}: its columns are not those of the first file`);
  return { columns, rows: tables.flatMap(({ rows }) => rows) };
}

function readText(folder: string, file: string, otherwise: string): string {
  const root = realpathSync(folder);
  const asked = resolve(root, file);
  if (!asked.startsWith(root + sep)) throw new Error(`${file} lies outside of the table's folder`);
  let path: string;
  try {
    path = realpathSync(asked);
  } catch {
    throw new Error(otherwise);
  }
  if (!path.startsWith(root + sep)) throw new Error(`${file} lies outside of the table's folder`);
  return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
}

/** RFC 4180, with any line end; lines without anything are left out. */
function splitRows(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, isQuoted]: [string[], string, boolean] = [[], '', false];
  const endRow = () => {
    if (row.length > 0 || cell !== '') rows.push([...row, cell]);
    [row, cell] = [[], ''];
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (isQuoted && char === '"' && text[at + 1] === '"') cell += text[at++];
    else if (char === '"' && (isQuoted || cell === '')) isQuoted = !isQuoted;
    else if (isQuoted) cell += char;
    else if (char === delimiter) {
      row.push(cell);
      cell = '';
    } else if (char === '\n') endRow();
    else if (char !== '\r') cell += char;
  }
  if (isQuoted) throw new Error('a quote is not closed');
  endRow();
  return rows;
}
