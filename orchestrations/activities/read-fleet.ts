import { describeFleet } from '../../shared/admission/place-request.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('read-fleet', async () => {
  const [policy, { names }] = await Promise.all([wiring.fleet(), wiring.modelFiles()]);
  return describeFleet(policy, names);
});
