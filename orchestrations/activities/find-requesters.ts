import type { Actor } from '../../shared/domain/actor.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('find-requesters', async ({ model, signals }) => {
  const ledger = await wiring.ledger();
  const requestedBy = new Set<string>();
  for (const signal of signals) {
    const { requestedBy: name, actor } = (await ledger.getDecision(model, signal))?.signal.evidence ?? {};
    const id = (actor as Partial<Actor> | undefined)?.id ?? name;
    if (typeof id === 'string' && id !== '') requestedBy.add(id);
  }
  return { requestedBy: [...requestedBy].sort() };
});
