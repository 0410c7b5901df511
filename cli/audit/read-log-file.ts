import { readFileSync } from 'node:fs';
import { type Checkpoint, readCheckpoint } from '../../shared/audit/checkpoint.ts';

/** The lines of a file, divided at line feeds alone; null for one that is no UTF-8. What stands after the last is one, too. */
export function readLines(file: string): readonly (string | null)[] {
  const bytes = read(file);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const lines: (string | null)[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    try {
      lines.push(decoder.decode(bytes.subarray(start, end)));
    } catch {
      lines.push(null);
    }
    start = end + 1;
  }
  return lines;
}

/** Throws where it is none: without it nothing can be said. */
export function readCheckpointFile(option: string, file: string | undefined): Checkpoint | undefined {
  if (file === undefined) return undefined;
  const found = readCheckpoint(read(file).toString('utf8'));
  if (typeof found !== 'string') return found;
  throw new Error(`${option}: ${file} is not a checkpoint: ${found}; ratchet audit checkpoint writes one`);
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new Error(`cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
