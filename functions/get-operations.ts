import { app } from '@azure/functions';
import { readCount } from '../shared/http/read-query.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** What operators did, newest first: `?model=&limit=`. `model=(fleet)` has those on the fleet. */
app.http('get-operations', {
  route: 'operations',
  methods: ['GET'],
  authLevel: 'function',
  handler: answering(async (request) => {
    const ledger = await wiring.ledger();
    const model = request.query.get('model');
    const operations = await ledger.listOperations({
      ...(model !== null && { model: model === '(fleet)' ? null : model }),
      limit: readCount(request, 'limit', { fallback: 100, max: 1000 }),
    });
    return { jsonBody: { operations } };
  }),
});
