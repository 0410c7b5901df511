import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('record-run', async (run) => {
  await (await wiring.ledger()).recordRun(run);
  return null;
});
