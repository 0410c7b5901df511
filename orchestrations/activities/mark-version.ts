import * as df from 'durable-functions';
import { defineStep } from '../define-step.ts';
import { markVersion } from './mark-versions.ts';

defineStep(
  'mark-version',
  async (asked, context) => {
    const trouble = await markVersion(df.getClient(context), asked);
    if (trouble !== null) context.warn(trouble);
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
