import { admissionOutcomes } from '../shared/domain/decision.ts';
import { readChoice, readPaging, readTime } from '../shared/http/read-query.ts';
import { continuing } from '../shared/http/respond.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** The decisions of the ledger, newest first: `?model=&outcome=&since=&limit=&continuation=`. */
serve('get-decisions', {
  route: 'decisions',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const page = await (await wiring.ledger()).listDecisions({
      model: request.query.get('model') ?? undefined,
      outcome: readChoice(request, 'outcome', admissionOutcomes),
      since: readTime(request, 'since'),
      ...readPaging(request),
    });
    return { jsonBody: { decisions: page.items, ...continuing(page) } };
  },
});
