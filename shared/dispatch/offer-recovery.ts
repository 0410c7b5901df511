import type { PinnedModel } from '../config/schema.ts';
import { shortHash } from '../domain/short-hash.ts';
import type { Recovery } from '../domain/signal.ts';
import { type OrchestrationStarter, startOnce } from './instances.ts';

/** Input of the take-recovery orchestration. */
export interface RecoveryOffer {
  readonly recovery: Recovery;
  readonly pinned: PinnedModel;
}

/** Id of the orchestration that takes a recovery: the same for every delivery. */
export function recoveryInstanceId(recoveryId: string): string {
  return `recovery-${shortHash(recoveryId)}`;
}

/** Tells the model's entity of a recovery, unless it was told before. Safe to repeat and to race, as `offerSignal`. */
export function offerRecovery(
  client: OrchestrationStarter,
  offer: RecoveryOffer,
): Promise<'started' | 'repeated'> {
  const { id, model } = offer.recovery;
  return startOnce(client, {
    orchestrator: 'take-recovery',
    instanceId: recoveryInstanceId(id),
    input: offer,
    subject: { signal: id, model },
  });
}
