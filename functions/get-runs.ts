import { readPaging } from '../shared/http/read-query.ts';
import { continuing } from '../shared/http/respond.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** The runs of the ledger, newest first: `?model=&limit=&continuation=`. */
serve('get-runs', {
  route: 'runs',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const model = request.query.get('model') ?? undefined;
    const page = await (await wiring.ledger()).listRuns({ model, ...readPaging(request) });
    return { jsonBody: { runs: page.items, ...continuing(page) } };
  },
});
