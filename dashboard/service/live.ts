/**
 * Keeps what is on the page as it is now: while somebody looks, and not while the page is in a tab behind.
 *
 * Owns: waiting for changes, and when everything shown is asked again. Does not own: what is (resource.ts).
 *
 * Invariants
 * 1. One question waits at a time, and none while nobody looks: a tab behind costs the service nothing.
 * 2. After a loss everything is asked again, for changes may have been missed.
 */
import type { Change, Changes } from '../../shared/domain/changes.ts';
import { read, ServiceError } from './ask.ts';
import { askAgain } from './resource.ts';
import { connection, learnFrom, openSession, session } from './session.ts';

const lostMs = 2_000;
/** Changes come in bursts: what is shown is asked again once for as many as come in this time. */
const burstMs = 500;

/** Null: everything may have changed. */
type Listener = (changes: readonly Change[] | null) => void;
const listeners = new Set<Listener>();

/** Hears of changes, for what is not asked again as a whole. Answers how to stop. */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

async function tell(changes: readonly Change[] | null): Promise<void> {
  for (const listener of listeners) listener(changes);
  await askAgain();
}

let waiting: AbortController | null = null;
/** Where the next question begins; null: whatever is on the page is to be asked again first. */
let token: string | null = null;

export function keepLive(): void {
  const begin = (): void => {
    if (document.visibilityState === 'hidden' || waiting) return;
    const mine = new AbortController();
    waiting = mine;
    void waitForChanges(mine.signal).finally(() => {
      if (waiting === mine) waiting = null;
    });
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') begin();
    else {
      waiting?.abort();
      waiting = null;
    }
  });
  addEventListener('online', begin);
  // A question that waits would not notice for as long as it may wait.
  addEventListener('offline', () => {
    waiting?.abort();
    waiting = null;
    token = null;
    connection.value = 'lost';
    begin();
  });
  begin();
}

async function waitForChanges(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (session.peek().state !== 'in') await openSession();
      if (session.peek().state !== 'in') await pause(lostMs, signal);
      else await hear(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ServiceError)) throw error;
      learnFrom(error);
      token = null;
      await pause(lostMs, signal);
    }
  }
}

async function hear(signal: AbortSignal): Promise<void> {
  if (token === null) {
    ({ token } = await read<Changes>('changes', signal));
    connection.value = 'reached';
    await tell(null);
  }
  const heard = await read<Changes>(`changes?after=${encodeURIComponent(token)}`, signal);
  connection.value = 'reached';
  token = heard.token;
  if (!heard.everything && heard.changes.length === 0) return;
  await tell(heard.everything ? null : heard.changes);
  await pause(burstMs, signal);
}

/** Ends early where nobody waits any more. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
