import { readPaging } from '../shared/http/read-query.ts';
import { requireModelName } from '../shared/http/require-model.ts';
import { continuing } from '../shared/http/respond.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** The verdicts on a model's uploaded files, the latest upload first: `?limit=&continuation=`. */
serve('get-data', {
  route: 'models/{model}/data',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const model = requireModelName(request, await wiring.modelFiles());
    const page = await (await wiring.ledger()).verdicts.list({ model, ...readPaging(request) });
    return { jsonBody: { model, files: page.items, ...continuing(page) } };
  },
});
