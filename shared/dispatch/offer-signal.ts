import type { PinnedModel } from '../config/schema.ts';
import { shortHash } from '../domain/short-hash.ts';
import type { Signal } from '../domain/signal.ts';
import { holdTogether } from '../signals/hold-together.ts';
import { tell } from '../telemetry/tell.ts';
import { askTogether } from './ask-together.ts';
import { isUnderWay, type OrchestrationStarter, startOnce, statusOf } from './instances.ts';

/** Input of the admit-signal orchestration. */
export interface SignalOffer {
  readonly signal: Signal;
  readonly pinned: PinnedModel;
  /** Whether it hears what wakes it wherever it sleeps; absent in histories of before it did, which replay as they are. */
  readonly hearsWakes?: true;
}

/** Id of the orchestration that admits a signal: the same for every delivery. */
export function signalInstanceId(signalId: string): string {
  return `signal-${shortHash(signalId)}`;
}

/**
 * Starts the admission of a signal unless it was started before. Should a second delivery come after the first has
 * ended, the model's entity knows the signal.
 */
export async function offerSignal(
  client: OrchestrationStarter,
  offer: SignalOffer,
): Promise<'started' | 'repeated'> {
  const signal = await heldToFleet(offer.signal);
  const startMs = Date.now();
  const offered = await startOnce(client, {
    orchestrator: 'admit-signal',
    instanceId: signalInstanceId(signal.id),
    input: { ...offer, signal, hearsWakes: true },
    subject: { signal: signal.id, model: signal.model },
  });
  tell({ what: 'signal', signal, isRepeated: offered === 'repeated', startMs, endMs: Date.now() });
  return offered;
}

/** The files are at hand: nobody is asked, and for a signal that is no tested breach nothing is read. */
async function heldToFleet(signal: Signal): Promise<Signal> {
  if (!signal.test || !('p' in signal.test)) return signal;
  return holdTogether(signal, await askTogether());
}

/**
 * Starts the admission of a signal again whose orchestration has ended or is gone. The platform refuses to start over
 * one that is under way: then it lives after all.
 */
export async function reviveSignal(client: OrchestrationStarter, offer: SignalOffer): Promise<void> {
  const instanceId = signalInstanceId(offer.signal.id);
  if (isUnderWay(await statusOf(client, instanceId))) return;
  await client.startNew('admit-signal', { instanceId, input: { ...offer, hearsWakes: true } });
}
