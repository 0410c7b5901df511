/**
 * Frees a model of a run that has ended or died: tells its entity, gives the place in the fleet back, writes the
 * ledger, and has the signals that waited for it offered again.
 *
 * Owns: that order. Does not own: what a run's end means, and that none of its jobs is alive by then.
 */
import type * as df from 'durable-functions';
import type { Settled, Settlement } from '../shared/admission/settle-run.ts';
import type { Run } from '../shared/domain/run.ts';
import { askFleet, askModel } from './ask-model.ts';
import { takeStep } from './take-step.ts';
import { wake } from './wake.ts';

interface Freeing {
  readonly model: string;
  readonly settlement: Settlement;
  /** What the ledger is to say; null, or omitted: nothing. */
  readonly describe?: (settled: Omit<Settled, 'state'>) => Run | null;
  /** Whether all of it is done for a run, too, that the model has been freed of before. Omitted: not so. */
  readonly evenIfFreed?: boolean;
}

/** Whether the run was still the live one. */
export function* freeModel(
  context: df.OrchestrationContext,
  { model, settlement, describe, evenIfFreed = false }: Freeing,
): Generator<df.Task, boolean, unknown> {
  const settled = yield* askModel(context, model, 'settle', settlement);
  if (!settled.wasLive && !evenIfFreed) return false;
  const { runId, computeHours } = settlement;
  const place = { runId, ...(computeHours !== undefined && { computeHours }) };
  const returned = settled.granted ? yield* askFleet(context, 'return', place) : null;
  const run = describe?.(settled) ?? null;
  if (run) yield* takeStep(context, 'record-run', run);
  yield* wake(context, [...(settled.wake ?? []), ...(returned?.wake ?? [])]);
  return settled.wasLive;
}
