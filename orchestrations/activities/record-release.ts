import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('record-release', async (row) => {
  await (await wiring.ledger()).recordRelease(row);
  return null;
});
