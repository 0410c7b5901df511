import { RatchetError } from '../errors.ts';
import type { Blobs } from './blobs.ts';
import { registrationPath } from './run-files.ts';

/**
 * Keeps the first number that may be the version of a run, and answers the one that was kept first, whoever of several
 * attempts kept it: the storage writes a file once.
 */
export async function keepFirstNumber(blobs: Blobs, runId: string, number: number): Promise<number> {
  const path = registrationPath(runId);
  if (await blobs.writeJsonOnce(path, { firstNumber: number })) return number;
  const text = await blobs.readText(path);
  const kept = /"firstNumber":\s*([1-9]\d{0,14})\b/.exec(text ?? '')?.[1];
  if (kept !== undefined) return Number(kept);
  throw new RatchetError(
    'bad-config',
    `${path} must hold the lowest version number that run ${runId} may register, such as {"firstNumber": 3}; found ${JSON.stringify(text?.slice(0, 100) ?? null)}; correct the file, or delete it; the step is retried`,
    { subject: { run: runId, path } },
  );
}
