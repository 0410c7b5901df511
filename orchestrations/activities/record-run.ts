import * as df from 'durable-functions';
import type { Run } from '../../shared/domain/run.ts';
import { tell } from '../../shared/telemetry/tell.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

/** Longer than any run takes: a clock that is further off is not that of the run. */
const longestRunMs = 90 * 86_400_000;

defineStep(
  'record-run',
  async (run, context) => {
    const since = await findSince(run, () => df.getClient(context));
    const ledger = await wiring.ledger();
    await ledger.recordRun(run, since);
    if (run.outcome !== null) {
      // The ledger alone knows when its phases began.
      tell(async () => ({ what: 'run', run: (await ledger.getRun(run.runId).catch(() => null)) ?? run }));
    }
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);

/**
 * When the run's phase began. Its orchestration says so in its status before it has the phase recorded; where that is not
 * to be seen yet it has begun just now.
 */
async function findSince(
  { runId, phase, startedAt, endedAt, pastChampions }: Run,
  openClient: () => Pick<df.DurableClient, 'getStatus'>,
): Promise<string | undefined> {
  if (endedAt !== null) return endedAt;
  if (phase === 'past-champions' || (phase === 'train' && !pastChampions)) return startedAt;
  const told = await readStatus(runId, openClient);
  if (told.phase === phase && typeof told.since === 'string') return told.since;
  const now = new Date();
  const isOfRun = Math.abs(now.getTime() - Date.parse(startedAt)) < longestRunMs;
  return isOfRun ? now.toISOString() : undefined;
}

/** Whatever is wrong with it, a run is recorded all the same. */
async function readStatus(
  runId: string,
  openClient: () => Pick<df.DurableClient, 'getStatus'>,
): Promise<{ readonly phase?: unknown; readonly since?: unknown }> {
  try {
    return ((await openClient().getStatus(runId)).customStatus ?? {}) as object;
  } catch {
    return {};
  }
}
