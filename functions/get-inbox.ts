import * as df from 'durable-functions';
import { serve } from '../shared/http/serve.ts';

/** What waits for a person, each with what answers it, and whether this visitor may. */
serve('get-inbox', {
  route: 'inbox',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (_request, context, visitor) => {
    const { readInbox } = await import('../shared/overview/read-inbox.ts');
    return { jsonBody: await readInbox(df.getClient(context), visitor) };
  },
});
