/**
 * Frees a model of a run that has ended or died: tells its entity, gives the place in the fleet back, writes the
 * ledger, and has the signals that waited for it offered again.
 *
 * Owns: that order. Does not own: what a run's end means, and that none of its jobs is alive by then.
 */
import type { Run } from '../domain/run.ts';
import type { Asks } from './offer-flow.ts';
import type { Settled, Settlement } from './settle-run.ts';

export interface Freeing {
  readonly settlement: Settlement;
  /** What the ledger is to say; null, or omitted: nothing. */
  readonly describe?: (settled: Omit<Settled, 'state'>) => Run | null;
  /** Whether all of it is done for a run, too, that the model has been freed of before. Omitted: not so. */
  readonly evenIfFreed?: boolean;
}

/** Whether the run was still the live one. */
export function* freeModel<Step>(
  asks: Pick<Asks<Step>, 'model' | 'fleet' | 'wake'>,
  { settlement, describe, evenIfFreed = false }: Freeing,
  record: (run: Run) => Generator<Step, unknown, unknown>,
): Generator<Step, boolean, unknown> {
  const settled = yield* asks.model('settle', settlement);
  if (!settled.wasLive && !evenIfFreed) return false;
  const { runId, computeHours } = settlement;
  const place = { runId, ...(computeHours !== undefined && { computeHours }) };
  const returned = settled.granted ? yield* asks.fleet('return', place) : null;
  const run = describe?.(settled) ?? null;
  if (run) yield* record(run);
  yield* asks.wake([...(settled.wake ?? []), ...(returned?.wake ?? [])]);
  return settled.wasLive;
}
