/**
 * Keeps what is on the page as it is now: while somebody looks, and not while the page is in a tab behind.
 *
 * Owns: when everything shown is asked again. Does not own: what is (resource.ts).
 */
import { effect } from '@preact/signals';
import { askAgain } from './resource.ts';
import { connection, openSession, session } from './session.ts';

const everyMs = 4_000;
const lostMs = 2_000;

export function keepLive(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async (): Promise<void> => {
    if (session.peek().state === 'in') await askAgain();
    else await openSession();
  };
  const wait = (): void => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') return;
    const delay = connection.peek() === 'lost' ? lostMs : everyMs;
    timer = setTimeout(() => void look().finally(wait), delay);
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void look().finally(wait);
    else clearTimeout(timer);
  });
  addEventListener('online', () => void look());
  effect(() => {
    // Lost or found: waits as long as that asks for.
    void connection.value;
    wait();
  });
}
