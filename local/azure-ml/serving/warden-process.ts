/** Run by warden.ts: when its standard input ends, it ends what is left in the folders that it guards. */
import { createInterface } from 'node:readline';
import { endLeftovers, killOrphan } from '../job-runner/process-tree.ts';
import type { Guarded, WardenMessage } from './warden.ts';

const guarded = new Map<string, Guarded>();
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as WardenMessage;
  if ('guard' in message) guarded.set(message.guard.folder, message.guard);
  else guarded.delete(message.release);
}
for (const { mark } of guarded.values()) if (mark) killOrphan(mark);
for (const { folder, mark } of guarded.values()) await endLeftovers(folder, mark?.pid);
