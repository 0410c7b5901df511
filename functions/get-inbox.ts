import * as df from 'durable-functions';
import { readPaging } from '../shared/http/read-query.ts';
import { serve } from '../shared/http/serve.ts';

/** What waits for a person, `?limit=&continuation=`, each with what answers it, and whether this visitor may. */
serve('get-inbox', {
  route: 'inbox',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context, visitor) => {
    const { pageOfInbox, readInbox } = await import('../shared/overview/read-inbox.ts');
    const asked = readPaging(request, 200);
    return { jsonBody: pageOfInbox(await readInbox(df.getClient(context), visitor), asked) };
  },
});
