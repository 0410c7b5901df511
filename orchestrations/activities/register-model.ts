import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('register-model', async ({ challenger, jobName, tags }) => {
  const workspace = await wiring.workspace();
  const { name, version, modelUri } = await workspace.models.register(challenger, jobName, { ...tags });
  return { name, version, modelUri };
});
