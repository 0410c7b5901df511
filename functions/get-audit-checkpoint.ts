import { makeCheckpoint } from '../shared/audit/checkpoint.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** Where every chain of the decision log ends now: to be kept where those who can write to the ledger cannot. */
serve('get-audit-checkpoint', {
  route: 'audit/checkpoint',
  method: 'GET',
  access: 'read',
  handler: async () => {
    const at = new Date().toISOString();
    return { jsonBody: makeCheckpoint(at, await (await wiring.ledger()).log.heads()) };
  },
});
