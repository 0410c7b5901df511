/**
 * Orchestrations as instances of the durable client: started once, told events, asked how they are.
 *
 * Owns: that starting is safe to repeat and to race, and that an instance that is not there is an answer.
 * Does not own: which orchestration stands for what, and under which id (the other files of this room).
 */
import { RatchetError } from '../errors.ts';

/** What starting needs of a durable client. */
export interface OrchestrationStarter {
  startNew(orchestrator: string, options: { instanceId: string; input: unknown }): Promise<string>;
  getStatus(
    instanceId: string,
    options?: { showInput?: boolean },
  ): Promise<InstanceStatus | null | undefined>;
}

interface InstanceStatus {
  readonly instanceId?: string;
  readonly runtimeStatus?: string;
  readonly input?: unknown;
  readonly output?: unknown;
}

interface Start {
  readonly orchestrator: string;
  readonly instanceId: string;
  readonly input: unknown;
  readonly subject: { readonly signal: string; readonly model: string };
}

/**
 * Starts an orchestration unless it was started before. Safe to repeat and to race: of two starts at once the second
 * is refused by the platform. Where the task hub does not answer, it throws a retryable `azure-unavailable`.
 */
export async function startOnce(client: OrchestrationStarter, start: Start): Promise<'started' | 'repeated'> {
  try {
    return await tryStart(client, start);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message.split('\n')[0]!.slice(0, 400) : String(cause);
    throw new RatchetError(
      'azure-unavailable',
      `signal ${start.subject.signal}: the task hub did not accept it: ${said || 'no reason was given'}; send it again`,
      { subject: start.subject, cause },
    );
  }
}

async function tryStart(
  client: OrchestrationStarter,
  { orchestrator, instanceId, input }: Start,
): Promise<'started' | 'repeated'> {
  if (await isThere(client, instanceId)) return 'repeated';
  try {
    await client.startNew(orchestrator, { instanceId, input });
    return 'started';
  } catch (error) {
    if (await isThere(client, instanceId)) return 'repeated';
    throw error;
  }
}

/** What this module needs of a durable client to raise an event. */
export interface EventRaiser {
  raiseEvent(instanceId: string, name: string, data: unknown): Promise<void>;
}

/** Raises an event for an orchestration that may be over: then nobody needs it. */
export async function raiseQuietly(
  client: EventRaiser,
  instanceId: string,
  name: string,
  data: unknown,
): Promise<void> {
  try {
    await client.raiseEvent(instanceId, name, data);
  } catch (error) {
    if (!isMissingInstance(error)) throw error;
  }
}

const underWay: ReadonlySet<unknown> = new Set(['Running', 'Pending', 'ContinuedAsNew', 'Suspended']);

/** Whether an instance goes on, or will. */
export function isUnderWay(status: InstanceStatus | null): boolean {
  return underWay.has(status?.runtimeStatus);
}

/** How an instance is; null where there is none. */
export async function statusOf(
  client: Pick<OrchestrationStarter, 'getStatus'>,
  instanceId: string,
  options: { showInput?: boolean } = {},
): Promise<InstanceStatus | null> {
  try {
    return (await client.getStatus(instanceId, options)) ?? null;
  } catch (error) {
    if (isMissingInstance(error)) return null;
    throw error;
  }
}

async function isThere(client: OrchestrationStarter, instanceId: string): Promise<boolean> {
  return Boolean((await statusOf(client, instanceId))?.instanceId);
}

/** The durable client tells a missing instance only by its text: one of `getStatus`, one of `raiseEvent`. */
export function isMissingInstance(error: unknown): boolean {
  return error instanceof Error && /HTTP 404|^No instance with ID /.test(error.message);
}
