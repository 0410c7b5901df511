import { readChain } from '../shared/http/read-chain.ts';
import { readOffset, readPaging } from '../shared/http/read-query.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** Entries of one chain of the decision log in their order: `?chain=&after=&limit=`. Numbers that are missing are left out. */
serve('get-audit-entries', {
  route: 'audit/entries',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const [chain, after, { limit }] = [readChain(request), readOffset(request, 'after'), readPaging(request)];
    const entries = await (await wiring.ledger()).log.entries(chain, Math.min(after, 10 ** 11), limit);
    return { jsonBody: { entries } };
  },
});
