import { app } from '@azure/functions';
import { admissionOutcomes } from '../shared/domain/decision.ts';
import { readChoice, readCount, readTime } from '../shared/http/read-query.ts';
import { answering } from '../shared/http/respond.ts';
import { continuationAfter } from '../shared/ledger/read-decisions.ts';
import { wiring } from '../shared/wiring.ts';

/** The decisions of the ledger, newest first: `?model=&outcome=&since=&limit=&continuation=`. */
app.http('get-decisions', {
  route: 'decisions',
  methods: ['GET'],
  authLevel: 'function',
  handler: answering(async (request) => {
    const ledger = await wiring.ledger();
    const model = request.query.get('model');
    const outcome = readChoice(request, 'outcome', admissionOutcomes);
    const since = readTime(request, 'since');
    const continuation = request.query.get('continuation');
    const limit = readCount(request, 'limit', { fallback: 100, max: 1000 });
    const decisions = await ledger.listDecisions({
      ...(model === null ? {} : { model }),
      ...(outcome === undefined ? {} : { outcome }),
      ...(since === undefined ? {} : { since }),
      ...(continuation === null ? {} : { continuation }),
      limit,
    });
    const last = decisions.at(-1);
    const isFull = last !== undefined && decisions.length === limit;
    return { jsonBody: { decisions, ...(isFull && { continuation: continuationAfter(last) }) } };
  }),
});
