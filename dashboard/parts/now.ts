/** What time it is, for what is shown relative to it. */
import { signal } from '@preact/signals';

export const nowMs = signal(Date.now());

export function keepTime(): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') nowMs.value = Date.now();
  }, 5_000);
}
