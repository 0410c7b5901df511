import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('find-requesters', async ({ model, signals }) => {
  const ledger = await wiring.ledger();
  const requestedBy = new Set<string>();
  for (const signal of signals) {
    const by = (await ledger.getDecision(model, signal))?.signal.evidence['by'];
    if (typeof by === 'string' && by !== '') requestedBy.add(by);
  }
  return { requestedBy: [...requestedBy].sort() };
});
