import { app } from '@azure/functions';
import { readCount } from '../shared/http/read-query.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** The runs of the ledger, newest first: `?model=&limit=`. */
app.http('get-runs', {
  route: 'runs',
  methods: ['GET'],
  authLevel: 'function',
  handler: answering(async (request) => {
    const ledger = await wiring.ledger();
    const runs = await ledger.listRuns({
      model: request.query.get('model') ?? undefined,
      limit: readCount(request, 'limit', { fallback: 100, max: 1000 }),
    });
    return { jsonBody: { runs } };
  }),
});
