import { createHash } from 'node:crypto';

/**
 * Whether a row is kept from training and used to judge: by its id alone, so that it keeps its side in every run
 * (docs/jobs.md, "The manifest").
 */
export function isHeldOut(id: string, holdoutShare: number): boolean {
  return createHash('sha256').update(id, 'utf8').digest().readUInt32BE(0) / 2 ** 32 < holdoutShare;
}
