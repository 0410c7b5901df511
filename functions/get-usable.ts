import * as df from 'durable-functions';
import { askUsable } from '../shared/dispatch/ask-usable.ts';
import { cacheable } from '../shared/http/cacheable.ts';
import { serve } from '../shared/http/serve.ts';

/** May a version enter a stage, or without one, serve everybody: yes, no or wait, with the reason. `?stage=` */
serve('get-usable', {
  route: 'models/{model}/versions/{version}/usable',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const { model = '', version = '' } = request.params;
    const question = { model, version: version.slice(0, 100), stage: request.query.get('stage') };
    return cacheable(request, await askUsable(df.getClient(context), question), 15);
  },
});
