import { app } from '@azure/functions';
import { readPaging } from '../shared/http/read-query.ts';
import { answering, continuing } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** The runs of the ledger, newest first: `?model=&limit=&continuation=`. */
app.http('get-runs', {
  route: 'runs',
  methods: ['GET'],
  authLevel: 'function',
  handler: answering(async (request) => {
    const model = request.query.get('model') ?? undefined;
    const page = await (await wiring.ledger()).listRuns({ model, ...readPaging(request) });
    return { jsonBody: { runs: page.items, ...continuing(page) } };
  }),
});
