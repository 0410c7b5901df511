import { orderOf, tellTraining } from '../../shared/elsewhere/tell-training.ts';
import { defineStep } from '../define-step.ts';
import { trainingSources } from './training-sources.ts';

defineStep('watch-training', async ({ elsewhere }) => {
  const sources = await trainingSources(elsewhere);
  return tellTraining(elsewhere, await sources.channel.observe(orderOf(elsewhere), elsewhere.run), sources);
});
