import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('shift-traffic', async ({ target, to }) => {
  await (await wiring.releaseTarget(target)).shift(to);
  return null;
});
