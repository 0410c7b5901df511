import { join } from 'node:path';
import { z } from 'zod';
import { errorText, LocalError } from '../process/local-error.ts';
import { readStateFile } from '../process/state-file.ts';
import { writeFileAtomically } from '../process/write-file-atomically.ts';

const names = ['control', 'identity', 'eventGrid', 'blob', 'table', 'serviceBus', 'azureMl', 'logs'] as const;
type PortName = (typeof names)[number];

const PortsSchema = z.partialRecord(z.enum(names), z.int().min(1).max(65_535));

export interface Ports {
  /** The port chosen before in this HOME, or 0 for any free one. */
  wanted(name: PortName): number;
  /** Remembers the ports that were given, so that the next start has the same addresses. */
  keep(chosen: Readonly<Record<PortName, number>>): void;
}

export function openPorts(home: string): Ports {
  const file = join(home, 'ports.json');
  const kept = readStateFile(file, PortsSchema);
  return {
    wanted: (name) => kept?.[name] ?? 0,
    keep: (chosen) => writeFileAtomically(file, `${JSON.stringify(chosen)}\n`, 0o644),
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
      `${what}: ${errorText(error)}; stop the program that has the port, or delete ${join(home, 'ports.json')} to choose others`,
      error,
    );
  }
}

export const portOf = (url: string): number => Number(new URL(url).port);
