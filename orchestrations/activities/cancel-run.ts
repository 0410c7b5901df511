import * as df from 'durable-functions';
import { defineStep } from '../define-step.ts';
import { cancelRunEvent } from '../run-job.ts';

/**
 * A run that has ended takes the event without a word. One that has not begun is missing, which is an error: the run is
 * about to start, and would never hear of it.
 */
defineStep(
  'cancel-run',
  async ({ runId, because }, context) => {
    await df.getClient(context).raiseEvent(runId, cancelRunEvent, { because });
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
