import * as df from 'durable-functions';
import { tellNotices } from '../../shared/dispatch/tell-notices.ts';
import { defineStep } from '../define-step.ts';

defineStep(
  'start-notices',
  async ({ notices }, context) => {
    await tellNotices(df.getClient(context), notices);
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
