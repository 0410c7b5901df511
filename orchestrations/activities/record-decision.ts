import { tell } from '../../shared/telemetry/tell.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('record-decision', async (decision) => {
  await (await wiring.ledger()).recordDecision(decision);
  tell({ what: 'decision', decision });
  return null;
});
