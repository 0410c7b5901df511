import { createHash } from 'node:crypto';
import type { PinnedModel } from '../config/schema.ts';
import type { Signal } from '../domain/signal.ts';
import { RatchetError } from '../errors.ts';

/** What this module needs of a durable client. */
export interface OrchestrationStarter {
  startNew(orchestrator: string, options: { instanceId: string; input: unknown }): Promise<string>;
  getStatus(instanceId: string): Promise<InstanceStatus | null | undefined>;
}

interface InstanceStatus {
  readonly instanceId?: string;
  readonly runtimeStatus?: string;
}

/** Input of the admit-signal orchestration. */
export interface SignalOffer {
  readonly signal: Signal;
  readonly pinned: PinnedModel;
}

/** Id of the orchestration that admits a signal: the same for every delivery. */
export function signalInstanceId(signalId: string): string {
  return `signal-${createHash('sha256').update(signalId).digest('hex').slice(0, 32)}`;
}

/**
 * Starts the admission of a signal unless it was started before. Should a second delivery come after the first has
 * ended, the model's entity knows the signal.
 */
export function offerSignal(
  client: OrchestrationStarter,
  offer: SignalOffer,
): Promise<'started' | 'repeated'> {
  const { id, model } = offer.signal;
  return startOnce(client, {
    orchestrator: 'admit-signal',
    instanceId: signalInstanceId(id),
    input: offer,
    subject: { signal: id, model },
  });
}

export interface Start {
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
      `signal ${start.subject.signal}: the task hub did not take it: ${said || 'no reason was given'}; send it again`,
      { subject: start.subject, cause },
    );
  }
}

async function tryStart(
  client: OrchestrationStarter,
  { orchestrator, instanceId, input }: Start,
): Promise<'started' | 'repeated'> {
  if (await instanceExists(client, instanceId)) return 'repeated';
  try {
    await client.startNew(orchestrator, { instanceId, input });
    return 'started';
  } catch (error) {
    if (await instanceExists(client, instanceId)) return 'repeated';
    throw error;
  }
}

/**
 * Starts the admission of a signal again whose orchestration has ended or is gone. The platform refuses to start over
 * one that is under way: then it lives after all.
 */
export async function reviveSignal(client: OrchestrationStarter, offer: SignalOffer): Promise<void> {
  const instanceId = signalInstanceId(offer.signal.id);
  const { runtimeStatus } = (await statusOf(client, instanceId)) ?? {};
  if (runtimeStatus !== undefined && underWay.has(runtimeStatus)) return;
  await client.startNew('admit-signal', { instanceId, input: offer });
}

const underWay: ReadonlySet<string> = new Set(['Running', 'Pending', 'ContinuedAsNew', 'Suspended']);

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

async function instanceExists(client: OrchestrationStarter, instanceId: string): Promise<boolean> {
  return Boolean((await statusOf(client, instanceId))?.instanceId);
}

async function statusOf(client: OrchestrationStarter, instanceId: string): Promise<InstanceStatus | null> {
  try {
    return (await client.getStatus(instanceId)) ?? null;
  } catch (error) {
    if (isMissingInstance(error)) return null;
    throw error;
  }
}

/** The durable client tells a missing instance only by its text: one of `getStatus`, one of `raiseEvent`. */
export function isMissingInstance(error: unknown): boolean {
  return error instanceof Error && /HTTP 404|^No instance with ID /.test(error.message);
}
