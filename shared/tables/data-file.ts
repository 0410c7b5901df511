/** A file to be checked, wherever it lies. */
export interface DataFile {
  /** Name with its extension: it says how the file is read. */
  readonly name: string;
  readonly bytes: number;
  /** The bytes from `start` up to `end`, which lies within the file. Throws where the storage fails. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Why a file cannot be read as what its name says. Thrown by the readers and answered as a problem of the file. */
export class UnreadableFile extends Error {}

/** Bytes asked for at once. */
export const blockBytes = 1024 * 1024;
