import type { PinnedModel } from '../config/schema.ts';
import type { Judgement } from '../signals/judge-value.ts';
import type { OrchestrationStarter } from './instances.ts';
import { offerRecovery } from './offer-recovery.ts';
import { offerSignal } from './offer-signal.ts';

/** Offers each breach as a signal and each recovery as such, one after the other in their order. Safe to repeat. */
export async function offerJudgements(
  client: OrchestrationStarter,
  judgements: readonly Judgement[],
  pinned: PinnedModel,
): Promise<{ breaches: number; recoveries: number }> {
  for (const judgement of judgements) {
    if ('signal' in judgement) await offerSignal(client, { signal: judgement.signal, pinned });
    else await offerRecovery(client, { recovery: judgement.recovery, pinned });
  }
  const breaches = judgements.filter((judgement) => 'signal' in judgement).length;
  return { breaches, recoveries: judgements.length - breaches };
}
