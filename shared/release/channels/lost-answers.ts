import { setTimeout as sleep } from 'node:timers/promises';
import { RatchetError } from '../../errors.ts';
import { statusOf } from './rest.ts';

/** After an answer was lost: a run may be listed some seconds after it was started. */
const pausesMs = [2_000, 5_000, 10_000];

/**
 * Starts something; where it is not known whether that was done, looks for it first. Whoever tries again after that finds what
 * was started, unless the service takes longer to list it than all of this and the pause of the step.
 */
export async function startOrFind<T>(start: () => Promise<T>, find: () => Promise<T | null>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!isUncertain(error)) throw error;
    for (const pauseMs of pausesMs) {
      await sleep(pauseMs);
      const found = await find().catch(() => null);
      if (found !== null) return found;
    }
    throw error;
  }
}

/** No answer, or one of a server that has failed: it may have been done. One that asks too much has been turned away. */
function isUncertain(error: unknown): boolean {
  if (!(error instanceof RatchetError) || error.code !== 'azure-unavailable') return false;
  const status = statusOf(error);
  return status === null || (status >= 500 && status !== 503);
}
