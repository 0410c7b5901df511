/**
 * Starts a look at the schedules unless one is under way.
 *
 * The looks are one orchestration, restarted each time under the same id: it gives them their time, real or virtual,
 * and what the last one left is read from its status. A look that failed leaves what it was given, so that the next
 * one makes up for it.
 */
import type { Look } from '../signals/due-schedules.ts';
import { isMissingInstance, type OrchestrationStarter } from './offer-signal.ts';

/** What this module needs of a durable client. */
export interface LookStarter extends OrchestrationStarter {
  getStatus(instanceId: string, options?: { showInput?: boolean }): Promise<LookStatus | null | undefined>;
}

interface LookStatus {
  readonly instanceId?: string;
  readonly runtimeStatus?: string;
  readonly input?: unknown;
  readonly output?: unknown;
}

/** Input of the orchestration look-at-schedules. */
export interface LookInput {
  /** What the last look left; null before the first. */
  readonly previous: Look | null;
}

export const lookInstanceId = 'look-at-schedules';
export const watchInstanceId = 'watch-runs';
const underWay = new Set(['Running', 'Pending', 'ContinuedAsNew', 'Suspended']);

export async function startLook(client: LookStarter): Promise<'started' | 'under-way'> {
  const status = await readStatus(client, lookInstanceId);
  if (underWay.has(String(status?.runtimeStatus))) return 'under-way';
  const previous =
    status?.runtimeStatus === 'Completed'
      ? (status.output as Look)
      : ((status?.input as LookInput | undefined)?.previous ?? null);
  const input: LookInput = { previous };
  await client.startNew('look-at-schedules', { instanceId: lookInstanceId, input });
  return 'started';
}

/** The watchdog's look: one orchestration, restarted each time under the same id. */
export async function startWatch(client: LookStarter): Promise<'started' | 'under-way'> {
  const status = await readStatus(client, watchInstanceId);
  if (underWay.has(String(status?.runtimeStatus))) return 'under-way';
  await client.startNew('watch-runs', { instanceId: watchInstanceId, input: {} });
  return 'started';
}

async function readStatus(client: LookStarter, instanceId: string): Promise<LookStatus | null> {
  try {
    return (await client.getStatus(instanceId, { showInput: true })) ?? null;
  } catch (error) {
    if (isMissingInstance(error)) return null;
    throw error;
  }
}
