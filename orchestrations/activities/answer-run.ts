import * as df from 'durable-functions';
import { raiseQuietly } from '../../shared/dispatch/instances.ts';
import { runAnsweredEvent } from '../ask-person.ts';
import { defineStep } from '../define-step.ts';

defineStep(
  'answer-run',
  async ({ runId }, context) => {
    await raiseQuietly(df.getClient(context), runId, runAnsweredEvent, {});
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
