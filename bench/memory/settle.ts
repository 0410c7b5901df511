import { setTimeout as sleep } from 'node:timers/promises';
import { type Memory, readMemory } from '../measure/process-facts.ts';

const lookEveryMs = 1_000;
/** Settled: over this many looks in a row, none above the last by more than `toleranceMb`, nor below. */
const quietLooks = 8;
const toleranceMb = 1;

/** Looks until the resident memory of a process keeps still, for at most `limitMs`. Says whether it did. */
export async function settle(
  pid: number,
  limitMs: number,
  signal: AbortSignal,
): Promise<Memory & { readonly settled: boolean }> {
  const looks: Memory[] = [readMemory(pid)];
  for (const giveUpAt = Date.now() + limitMs; Date.now() < giveUpAt; ) {
    await sleep(lookEveryMs, undefined, { signal });
    const now = readMemory(pid);
    looks.push(now);
    const recent = looks.slice(-quietLooks).map(({ residentMb }) => Math.abs(residentMb - now.residentMb));
    if (recent.length === quietLooks && Math.max(...recent) <= toleranceMb) return { ...now, settled: true };
  }
  return { ...looks.at(-1)!, settled: false };
}
