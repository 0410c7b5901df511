import { orderOf, parametersOfTraining, tellTraining } from '../../shared/elsewhere/tell-training.ts';
import { defineStep, isFinal } from '../define-step.ts';
import { trainingSources } from './training-sources.ts';

defineStep('start-training', async ({ elsewhere, ...request }) => {
  const sources = await trainingSources(elsewhere);
  const { channel, blobs } = sources;
  const sent = parametersOfTraining(
    { ...request, elsewhere },
    { addressOf: (path) => blobs.addressOf(path) },
  );
  try {
    return await tellTraining(elsewhere, await channel.start(orderOf(elsewhere, sent)), sources);
  } catch (error) {
    // A refusal is an answer: asking again would bring the same one.
    if (!isFinal(error)) throw error;
    const why = error.message.replace(/\.$/, '');
    const refused = { status: 'Refused', ended: true, succeeded: false, error: why, computeMs: 0 };
    return { jobName: elsewhere.job, ...refused, elsewhere };
  }
});
