import { keepFirstNumber } from '../../shared/azure/first-number.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { findElsewhere } from './training-sources.ts';

defineStep('register-model', async ({ runId, challenger, jobName, tags }) => {
  // What has trained outside of the workspace is no job of it that a version could name.
  const isOutside = (await findElsewhere(jobName)) !== null;
  const [{ models }, blobs] = await Promise.all([wiring.workspace(), wiring.blobs()]);
  const { name: model, modelUri: files } = challenger;
  const made = { name: model, modelUri: files, tags: { ...tags }, ...(!isOutside && { jobName }) };
  const { name, version, modelUri } = await models.register(made, (number) =>
    keepFirstNumber(blobs, runId, number),
  );
  return { name, version, modelUri, runId };
});
