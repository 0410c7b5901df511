import { writeFileSync } from 'node:fs';

/** Writes a page to a file a person named. */
export function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`cannot write ${file}: ${why}; name a file in a folder that is there`, { cause });
  }
}
