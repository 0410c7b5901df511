import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Replaces a file so that a reader, or a restart after a power cut, sees the old text or the new, never half. */
export function writeFileAtomically(file: string, text: string, mode = 0o600): void {
  replace(file, text, mode, fsyncSync);
}

/**
 * The same for what changes often and may be lost in a power cut: it outlives a killed process, and does not wait for
 * the disk.
 */
export function replaceFile(file: string, text: string): void {
  replace(file, text, 0o600, () => undefined);
}

function replace(file: string, text: string, mode: number, flush: (descriptor: number) => void): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const descriptor = openSync(temporary, 'w', mode);
    try {
      writeSync(descriptor, text);
      flush(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
