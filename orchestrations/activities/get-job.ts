import { tellEnd } from '../../shared/azure/tell-end.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { endSources } from './end-sources.ts';

defineStep('get-job', async ({ jobName }) => {
  return tellEnd(await (await wiring.workspace()).getJob(jobName), endSources);
});
