import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('ask-version', async ({ target, ...what }) =>
  (await wiring.releaseTarget(target)).askVersion(what),
);
