import { createHash } from 'node:crypto';
import type { PinnedModel } from '../config/schema.ts';
import type { Signal } from '../domain/signal.ts';
import { RatchetError } from '../errors.ts';

/** What this module needs of a durable client. */
export interface OrchestrationStarter {
  startNew(orchestrator: string, options: { instanceId: string; input: unknown }): Promise<string>;
  getStatus(instanceId: string): Promise<{ instanceId?: string } | null | undefined>;
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
 * Starts the admission of a signal unless it was started before. Safe to repeat and to race: of two deliveries at
 * once the second start is refused by the platform, and should it come after the first has ended, the model's
 * entity knows the signal. Where the task hub does not answer, it throws a retryable `azure-unavailable`.
 */
export async function offerSignal(
  client: OrchestrationStarter,
  offer: SignalOffer,
): Promise<'started' | 'repeated'> {
  const instanceId = signalInstanceId(offer.signal.id);
  try {
    return await startOnce(client, instanceId, offer);
  } catch (cause) {
    const { id, model } = offer.signal;
    const said = cause instanceof Error ? cause.message.split('\n')[0]!.slice(0, 400) : String(cause);
    throw new RatchetError(
      'azure-unavailable',
      `signal ${id}: the task hub did not take it: ${said || 'no reason was given'}; send it again`,
      { subject: { signal: id, model }, cause },
    );
  }
}

async function startOnce(
  client: OrchestrationStarter,
  instanceId: string,
  offer: SignalOffer,
): Promise<'started' | 'repeated'> {
  if (await instanceExists(client, instanceId)) return 'repeated';
  try {
    await client.startNew('admit-signal', { instanceId, input: offer });
    return 'started';
  } catch (error) {
    if (await instanceExists(client, instanceId)) return 'repeated';
    throw error;
  }
}

async function instanceExists(client: OrchestrationStarter, instanceId: string): Promise<boolean> {
  try {
    const status = await client.getStatus(instanceId);
    return Boolean(status?.instanceId);
  } catch (error) {
    if (isMissingInstance(error)) return false;
    throw error;
  }
}

/** The durable client tells a missing instance only by its text. */
export function isMissingInstance(error: unknown): boolean {
  return error instanceof Error && error.message.includes('HTTP 404');
}
