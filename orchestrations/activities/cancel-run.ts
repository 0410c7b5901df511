import * as df from 'durable-functions';
import { raiseQuietly } from '../../shared/signals/offer-signal.ts';
import { defineStep } from '../define-step.ts';
import { cancelRunEvent } from '../run-job.ts';

defineStep(
  'cancel-run',
  async ({ runId, because }, context) => {
    await raiseQuietly(df.getClient(context), runId, cancelRunEvent, { because });
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
