import * as df from 'durable-functions';
import { purgeHistories } from '../../shared/dispatch/purge-histories.ts';
import { defineStep } from '../define-step.ts';

/** Repeated after a kill, it purges what is left and answers with how many those were. */
defineStep(
  'purge-histories',
  async ({ before }, context) => ({ purged: await purgeHistories(df.getClient(context), before) }),
  { extraInputs: [df.input.durableClient()] },
);
