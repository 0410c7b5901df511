import * as df from 'durable-functions';
import { askUsable } from '../../shared/dispatch/ask-usable.ts';
import { defineStep } from '../define-step.ts';

defineStep(
  'ask-usable',
  async (question, context) => {
    const { usable, reason } = await askUsable(df.getClient(context), question);
    return { usable, reason };
  },
  { extraInputs: [df.input.durableClient()] },
);
