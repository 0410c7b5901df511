import { requireModel } from '../shared/http/require-model.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** The model file that is in force now: what the next run is pinned to, with every default filled in. */
serve('get-model-file', {
  route: 'models/{model}/file',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const { config, configHash } = requireModel(request, await wiring.modelFiles());
    return { jsonBody: { configHash, config } };
  },
});
