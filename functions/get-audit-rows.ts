import { readChain } from '../shared/http/read-chain.ts';
import { readChoice } from '../shared/http/read-query.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/**
 * The rows that a chain of the decision log is about, by their hashes, after a key: `?chain=&after=`; with `&documents=true` what
 * they say, too.
 */
serve('get-audit-rows', {
  route: 'audit/rows',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const chain = readChain(request);
    const withDocuments = readChoice(request, 'documents', ['true', 'false']) === 'true';
    const after = (request.query.get('after') ?? '').slice(0, 1_000);
    return { jsonBody: await (await wiring.ledger()).log.rows(chain, { after, withDocuments }) };
  },
});
