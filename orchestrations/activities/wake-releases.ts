import * as df from 'durable-functions';
import { raiseQuietly } from '../../shared/dispatch/instances.ts';
import { defineStep } from '../define-step.ts';
import { releaseWokenEvent } from '../release-walk.ts';

defineStep(
  'wake-releases',
  async ({ releases }, context) => {
    const client = df.getClient(context);
    for (const release of releases) await raiseQuietly(client, release, releaseWokenEvent, {});
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
