import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('retire-deployment', async ({ target, deployment }) => {
  await (await wiring.releaseTarget(target)).retire(deployment);
  return null;
});
