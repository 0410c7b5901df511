import * as df from 'durable-functions';
import { startOnce } from '../../shared/dispatch/instances.ts';
import { shortHash } from '../../shared/domain/short-hash.ts';
import { defineStep } from '../define-step.ts';
import type { TellInput } from '../tell-receiver.ts';

/** One orchestration for each notice and receiver: none of them holds up another. */
defineStep(
  'start-notices',
  async ({ notices }, context) => {
    const client = df.getClient(context);
    for (const { notice, to: receivers } of notices) {
      for (const to of receivers) {
        const input: TellInput = { notice, to };
        await startOnce(client, {
          orchestrator: 'tell-people',
          instanceId: `notice-${shortHash(`${notice.id} ${to}`)}`,
          input,
          subject: { signal: notice.id, model: notice.model },
        });
      }
    }
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
