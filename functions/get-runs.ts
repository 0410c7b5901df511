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
    const model = request.query.get('model');
    const runs = await ledger.listRuns({
      ...(model === null ? {} : { model }),
      limit: readCount(request, 'limit', { fallback: 100, max: 1000 }),
    });
    return { jsonBody: { runs } };
  }),
});
