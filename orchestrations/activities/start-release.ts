import * as df from 'durable-functions';
import { startOnce } from '../../shared/dispatch/instances.ts';
import { defineStep } from '../define-step.ts';

defineStep(
  'start-release',
  async (input, context) => {
    const { releaseId, model } = input;
    await startOnce(df.getClient(context), {
      orchestrator: 'staged-release',
      instanceId: releaseId,
      input,
      subject: { signal: releaseId, model: model.name },
    });
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
