/** Run by warden.ts: when its standard input ends, it ends the processes it was told of and did not hear the end of. */
import { createInterface } from 'node:readline';
import { endLeftovers, killOrphan } from '../job-runner/process-tree.ts';
import type { WardenMessage, Watched } from './warden.ts';

const watched = new Map<number, Watched>();
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line) as WardenMessage;
  if ('watch' in message) watched.set(message.watch.pid, message.watch);
  else watched.delete(message.forget);
}
for (const process of watched.values()) killOrphan(process);
for (const { folder, pid } of watched.values()) await endLeftovers(folder, pid);
