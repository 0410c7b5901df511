import { tellEnd } from '../../shared/azure/tell-end.ts';
import { orderOf, tellTraining } from '../../shared/elsewhere/tell-training.ts';
import { RatchetError } from '../../shared/errors.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { endSources } from './end-sources.ts';
import { findElsewhere, trainingSources } from './training-sources.ts';

defineStep('get-job', async ({ jobName }) => {
  try {
    return await tellEnd(await (await wiring.workspace()).getJob(jobName), endSources);
  } catch (error) {
    const isMissing = error instanceof RatchetError && error.code === 'not-found';
    const elsewhere = isMissing ? await findElsewhere(jobName) : null;
    if (elsewhere === null) throw error;
    const sources = await trainingSources(elsewhere);
    return tellTraining(elsewhere, await sources.channel.observe(orderOf(elsewhere), elsewhere.run), sources);
  }
});
