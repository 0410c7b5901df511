import { existsSync } from 'node:fs';

const startsAtMost = 3;

/**
 * Starts a cloud. Between the moment a port is found free and the one a service listens on it, somebody else may take it:
 * while nobody knows the cloud's addresses (`portsFile` is not there yet) it starts again, and other ports are drawn.
 */
export async function startAtNewPorts(start: () => Promise<void>, portsFile: string): Promise<void> {
  for (let starts = 1; ; starts++) {
    const areNew = !existsSync(portsFile);
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof Error && error.message.includes('EADDRINUSE');
      if (!isTaken || !areNew || starts === startsAtMost) throw error;
    }
  }
}
