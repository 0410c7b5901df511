/** A file of figures, one cell a line, so that a run of hours which is stopped goes on where it was. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { UsageError } from '../measure/run-benchmark.ts';
import type { CellFigures } from './figures.ts';
import type { Figures } from './tell-figures.ts';

interface Kept {
  find(cell: string): CellFigures | undefined;
  add(figures: CellFigures): void;
}

/** Figures of other settings than these are refused: they are no part of the same run. */
export function keepFigures(file: string, settings: Figures['settings']): Kept {
  const kept = new Map<string, CellFigures>();
  for (const [at, line] of readLines(file).entries()) {
    const { settings: was, ...figures } = parseLine(line, `${file}:${at + 1}`);
    if (was.seed !== settings.seed || was.worlds !== settings.worlds) {
      throw new UsageError(
        `--keep: ${file}:${at + 1} is of --seed ${was.seed} --worlds ${was.worlds}: give these, or another file`,
      );
    }
    kept.set(figures.cell, figures);
  }
  return {
    find: (cell) => kept.get(cell),
    add: (figures) => appendFileSync(file, `${JSON.stringify({ settings, ...figures })}\n`),
  };
}

/** What a stop left half written is no line. */
function readLines(file: string): readonly string[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').slice(0, -1);
}

function parseLine(line: string, where: string): CellFigures & Pick<Figures, 'settings'> {
  try {
    return JSON.parse(line);
  } catch {
    throw new UsageError(`--keep: ${where} holds no figures of this benchmark; give another file`);
  }
}
