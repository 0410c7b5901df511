/**
 * Starts a look at the schedules unless one is under way.
 *
 * The looks are one orchestration, restarted each time under the same id: it gives them their time, real or virtual,
 * and what the last one left is read from its status. A look that failed leaves what it was given, so that the next
 * one makes up for it.
 */
import type { WatchInput } from '../domain/watch.ts';
import type { ScheduleScan } from '../signals/due-schedules.ts';
import { isUnderWay, type OrchestrationStarter, statusOf } from './instances.ts';

/** Input of the orchestration look-at-schedules. */
export interface ScheduleScanInput {
  /** What the last look left; null before the first. */
  readonly previous: ScheduleScan | null;
}

export const lookInstanceId = 'look-at-schedules';
export const watchInstanceId = 'watch-runs';

export async function startLook(client: OrchestrationStarter): Promise<'started' | 'under-way'> {
  const status = await statusOf(client, lookInstanceId, { showInput: true });
  if (isUnderWay(status)) return 'under-way';
  const previous =
    status?.runtimeStatus === 'Completed'
      ? (status.output as ScheduleScan)
      : ((status?.input as ScheduleScanInput | undefined)?.previous ?? null);
  const input: ScheduleScanInput = { previous };
  await client.startNew('look-at-schedules', { instanceId: lookInstanceId, input });
  return 'started';
}

/** The watchdog's look: the same. */
export async function startWatch(client: OrchestrationStarter): Promise<'started' | 'under-way'> {
  const status = await statusOf(client, watchInstanceId, { showInput: true });
  if (isUnderWay(status)) return 'under-way';
  const left = (status?.runtimeStatus === 'Completed' ? status.output : status?.input) as
    | WatchInput
    | undefined;
  const input: WatchInput = { ending: left?.ending ?? {} };
  await client.startNew('watch-runs', { instanceId: watchInstanceId, input });
  return 'started';
}
