import { submitAny } from '../../shared/azure/submit-any.ts';
import { tellEnd } from '../../shared/azure/tell-end.ts';
import { jobNameOf } from '../../shared/domain/job-name.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep, isFinal } from '../define-step.ts';
import { endSources } from './end-sources.ts';

defineStep('submit-job', async (request) => {
  const jobName = jobNameOf(request);
  try {
    const job = await submitAny(await wiring.workspace(), jobName, request);
    return await tellEnd(job, endSources);
  } catch (error) {
    // A refusal is an answer: asking again would bring the same one.
    if (!isFinal(error)) throw error;
    // It has no log: it never became a job. The sentence it stands in sets the full stop.
    const why = error.message.replace(/\.$/, '');
    return { jobName, status: 'Refused', ended: true, succeeded: false, error: why, computeMs: 0 };
  }
});
