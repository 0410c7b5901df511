import * as df from 'durable-functions';
import { readPaging } from '../shared/http/read-query.ts';
import { serve } from '../shared/http/serve.ts';

/** The fleet's table, in the order of the models' names: `?model=&limit=&continuation=`. */
serve('get-overview', {
  route: 'overview',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const { readOverview } = await import('../shared/overview/read-overview.ts');
    const model = request.query.get('model') ?? undefined;
    const asked = { model, ...readPaging(request, 200) };
    return { jsonBody: await readOverview(df.getClient(context), asked) };
  },
});
