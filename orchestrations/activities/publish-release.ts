import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('publish-release', async ({ stage, notice }) => {
  const channel = await wiring.releaseChannel(stage);
  await channel.publish(notice);
  return { releaseId: notice.releaseId };
});
