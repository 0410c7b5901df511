import { app } from '@azure/functions';
import { readPaging } from '../shared/http/read-query.ts';
import { answering, continuing } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** What operators did, newest first: `?model=&limit=&continuation=`. `model=(fleet)` has those on the fleet. */
app.http('get-operations', {
  route: 'operations',
  methods: ['GET'],
  authLevel: 'function',
  handler: answering(async (request) => {
    const model = request.query.get('model') ?? undefined;
    const page = await (await wiring.ledger()).listOperations({
      model: model === '(fleet)' ? null : model,
      ...readPaging(request),
    });
    return { jsonBody: { operations: page.items, ...continuing(page) } };
  }),
});
