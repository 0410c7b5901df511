import * as df from 'durable-functions';
import { requireModel } from '../shared/http/require-model.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** A model's policy in plain English, and what it would answer now. */
serve('get-policy', {
  route: 'models/{model}/policy',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const { readPolicy } = await import('../shared/overview/read-policy.ts');
    const pinned = requireModel(request, await wiring.modelFiles());
    return { jsonBody: await readPolicy(df.getClient(context), pinned) };
  },
});
