import type { PinnedModel } from '../config/schema.ts';
import type { Judgements } from './judge-value.ts';
import { offerRecovery } from './offer-recovery.ts';
import { type OrchestrationStarter, offerSignal } from './offer-signal.ts';

/** Offers breaches as signals and recoveries as such, one after the other in their order. Safe to repeat. */
export async function offerJudgements(
  client: OrchestrationStarter,
  { breaches, recoveries }: Judgements,
  pinned: PinnedModel,
): Promise<void> {
  for (const { signal } of breaches) await offerSignal(client, { signal, pinned });
  for (const { recovery } of recoveries) await offerRecovery(client, { recovery, pinned });
}
