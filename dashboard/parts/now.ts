/** What time it is for the service, which may keep another than this machine: a demo plays months in seconds. */
import { signal } from '@preact/signals';

let aheadMs = 0;
export const nowMs = signal(Date.now());

/** What an answer has said about when it was made. */
export function learnNow(iso: string): void {
  const ahead = Date.parse(iso) - Date.now();
  // A minute is the way of the answer and how clocks are set, not another clock.
  if (!Number.isNaN(ahead)) aheadMs = Math.abs(ahead) < 60_000 ? 0 : ahead;
  nowMs.value = Date.now() + aheadMs;
}

export function keepTime(): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') nowMs.value = Date.now() + aheadMs;
  }, 5_000);
}
