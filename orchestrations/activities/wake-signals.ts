import * as df from 'durable-functions';
import { raiseQuietly } from '../../shared/dispatch/instances.ts';
import { signalInstanceId } from '../../shared/dispatch/offer-signal.ts';
import { defineStep } from '../define-step.ts';
import { reconsiderEvent } from '../wake.ts';

defineStep(
  'wake-signals',
  async ({ signals }, context) => {
    const client = df.getClient(context);
    for (const signal of signals) await raiseQuietly(client, signalInstanceId(signal), reconsiderEvent, {});
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
