import { createHash } from 'node:crypto';

/** `{model}-{yyyymmdd}-{8 hex digits of the signal's hash}`: readable, in order of time, the same at every replay. */
export function makeRunId(model: string, signalId: string, time: string): string {
  const hash = createHash('sha256').update(signalId).digest('hex').slice(0, 8);
  return `${model}-${time.slice(0, 10).replaceAll('-', '')}-${hash}`;
}
