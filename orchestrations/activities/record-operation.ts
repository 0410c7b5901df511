import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('record-operation', async (operation) => {
  await (await wiring.ledger()).recordOperation(operation);
  return null;
});
