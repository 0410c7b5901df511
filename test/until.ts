/** What tests wait for: looked at again and again until it is so, never after a time that should be enough. */
import { vi } from 'vitest';

/** Generous, for a machine with other work beside, and less than a test may take: then it says what it waited for. */
const limitMs = 60_000;

/** Looks until it neither throws nor answers false; then fails with what was thrown last. */
export async function until<T>(look: () => T | Promise<T>, timeout = limitMs): Promise<T> {
  return vi.waitFor(
    async () => {
      const seen = await look();
      if (seen === false) throw new Error('it has not come about');
      return seen;
    },
    { timeout, interval: 5 },
  );
}

/** Looks until there is something to see. What is thrown meanwhile counts as nothing yet. */
export function untilSeen<T>(
  look: () => T | undefined | Promise<T | undefined>,
  timeout?: number,
): Promise<T> {
  return until(async () => {
    const seen = await look();
    if (seen === undefined) throw new Error('there is nothing to see');
    return seen;
  }, timeout);
}
