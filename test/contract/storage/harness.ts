import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TableClient } from '@azure/data-tables';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { onTestFinished } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import type { SystemEvent } from '../../../local/cloud-context.ts';
import { type Storage, startStorage } from '../../../local/storage/index.ts';

export const startMs = Date.parse('2026-01-01T00:00:00Z');

export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-storage-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

export interface Running {
  readonly storage: Storage;
  readonly events: SystemEvent[];
  readonly work: Work;
  readonly container: ContainerClient;
  table(name: string): TableClient;
  stop(): Promise<void>;
}

export async function startAccount(home = temporaryHome()): Promise<Running> {
  const events: SystemEvent[] = [];
  const work = new Work();
  const storage = await startStorage({
    home,
    clock: new VirtualClock(startMs),
    work,
    log: (_level, message) => {
      throw new Error(message);
    },
    publish: (topic, published) => {
      if (topic !== 'storage') throw new Error(`published to ${topic}`);
      events.push(...published);
    },
    blobPort: 0,
    tablePort: 0,
  });
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= storage.stop();
    return stopped;
  };
  onTestFinished(stop);
  return {
    storage,
    events,
    work,
    container: BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('azureml'),
    table: (name) =>
      TableClient.fromConnectionString(storage.connectionString, name, { allowInsecureConnection: true }),
    stop,
  };
}
