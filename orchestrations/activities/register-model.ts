import { keepFirstNumber } from '../../shared/azure/first-number.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('register-model', async ({ runId, challenger, jobName, tags }) => {
  const [{ models }, blobs] = await Promise.all([wiring.workspace(), wiring.blobs()]);
  const model = { name: challenger.name, modelUri: challenger.modelUri, jobName, tags: { ...tags } };
  const { name, version, modelUri } = await models.register(model, (number) =>
    keepFirstNumber(blobs, runId, number),
  );
  return { name, version, modelUri, runId };
});
