import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('read-fleet', async () => ({
  policy: await wiring.fleet(),
  models: (await wiring.modelFiles()).names,
}));
