import { reviewDeployment } from '../../shared/controllers/review-deployment.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('review-deployment', async ({ deployment, ...review }) => {
  const { installationId, repository } = deployment;
  await reviewDeployment(await wiring.gitHubAs(installationId, repository), deployment, review);
  return null;
});
