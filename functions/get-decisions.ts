import { app } from '@azure/functions';
import { admissionOutcomes } from '../shared/domain/decision.ts';
import { readChoice, readCount, readTime } from '../shared/http/read-query.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** The decisions of the ledger, newest first: `?model=&outcome=&since=&limit=`. */
app.http('get-decisions', {
  route: 'decisions',
  methods: ['GET'],
  authLevel: 'function',
  handler: answering(async (request) => {
    const ledger = await wiring.ledger();
    const decisions = await ledger.listDecisions({
      model: request.query.get('model') ?? undefined,
      outcome: readChoice(request, 'outcome', admissionOutcomes),
      since: readTime(request, 'since'),
      limit: readCount(request, 'limit', { fallback: 100, max: 1000 }),
    });
    return { jsonBody: { decisions } };
  }),
});
