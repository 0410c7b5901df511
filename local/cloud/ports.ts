import { join } from 'node:path';
import { z } from 'zod';
import { holdFreePort } from '../launch/free-port.ts';
import { claimPorts } from '../launch/port-claims.ts';
import { errorText, LocalError } from '../process/local-error.ts';
import { readStateFile } from '../process/state-file.ts';
import { writeFileAtomically } from '../process/write-file-atomically.ts';

const names = [
  ...(['control', 'identity', 'eventGrid', 'blob', 'table', 'serviceBus'] as const),
  ...(['azureMl', 'scoring', 'logs', 'pipelines'] as const),
] as const;
type PortName = (typeof names)[number];

const PortsSchema = z.partialRecord(z.enum(names), z.int().min(1).max(65_535));

export interface Ports {
  /** The port chosen before in this HOME, or one that was held free until now. */
  wanted(name: PortName): Promise<number>;
  /** Remembers the ports that were given, so that the next start has the same addresses. */
  keep(chosen: Readonly<Record<PortName, number>>): void;
}

export async function openPorts(home: string): Promise<Ports> {
  const file = join(home, 'ports.json');
  const wanted = new Map(Object.entries(readStateFile(file, PortsSchema) ?? {}));
  const releases = new Map<string, () => Promise<void>>();
  for (const name of names) {
    if (wanted.has(name)) continue;
    const { port, release } = await holdFreePort();
    wanted.set(name, port);
    releases.set(name, release);
  }
  return {
    wanted: async (name) => {
      await releases.get(name)?.();
      releases.delete(name);
      return wanted.get(name)!;
    },
    keep: (chosen) => {
      writeFileAtomically(file, `${JSON.stringify(chosen)}\n`, 0o644);
      claimPorts(Object.values(chosen), file);
    },
  };
}

/** Says what to do about a port that somebody else has. */
export async function listening<T>(what: string, home: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new LocalError(
      'port-in-use',
      `${what}: ${errorText(error)}; stop the program that uses the port, or delete ${join(home, 'ports.json')} to choose other ports`,
      error,
    );
  }
}

export const portOf = (url: string): number => Number(new URL(url).port);
