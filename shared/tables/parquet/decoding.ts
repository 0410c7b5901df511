import { UnreadableFile } from '../data-file.ts';

/** Runs a decoder on what the file holds: whatever it throws at, the file is to blame. */
export function decoding<T>(where: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n')[0]!.slice(0, 200) : String(error);
    throw new UnreadableFile(
      error instanceof UnreadableFile ? `${where}: ${said}` : `${where} is broken: ${said}`,
    );
  }
}
