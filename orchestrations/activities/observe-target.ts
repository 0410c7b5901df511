import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('observe-target', async ({ target }) => (await wiring.releaseTarget(target)).observe());
