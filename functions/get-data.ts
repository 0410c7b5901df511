import { app } from '@azure/functions';
import { readCount } from '../shared/http/read-query.ts';
import { requireModelName } from '../shared/http/require-model.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** The verdicts on a model's uploaded files, the latest upload first: `?limit=`. */
app.http('get-data', {
  route: 'models/{model}/data',
  methods: ['GET'],
  authLevel: 'function',
  handler: answering(async (request) => {
    const model = requireModelName(request, await wiring.modelFiles());
    const limit = readCount(request, 'limit', { fallback: 100, max: 1000 });
    return { jsonBody: { model, files: await (await wiring.ledger()).listVerdicts(model, limit) } };
  }),
});
