import { app } from '@azure/functions';
import { readPaging } from '../shared/http/read-query.ts';
import { requireModelName } from '../shared/http/require-model.ts';
import { answering, continuing } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** The verdicts on a model's uploaded files, the latest upload first: `?limit=&continuation=`. */
app.http('get-data', {
  route: 'models/{model}/data',
  methods: ['GET'],
  authLevel: 'function',
  handler: answering(async (request) => {
    const model = requireModelName(request, await wiring.modelFiles());
    const page = await (await wiring.ledger()).listVerdicts({ model, ...readPaging(request) });
    return { jsonBody: { model, files: page.items, ...continuing(page) } };
  }),
});
