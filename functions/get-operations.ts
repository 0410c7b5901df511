import { readPaging } from '../shared/http/read-query.ts';
import { continuing } from '../shared/http/respond.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** What operators did, newest first: `?model=&limit=&continuation=`. `model=(fleet)` has those on the fleet. */
serve('get-operations', {
  route: 'operations',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const model = request.query.get('model') ?? undefined;
    const page = await (await wiring.ledger()).listOperations({
      model: model === '(fleet)' ? null : model,
      ...readPaging(request),
    });
    return { jsonBody: { operations: page.items, ...continuing(page) } };
  },
});
