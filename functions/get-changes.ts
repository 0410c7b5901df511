import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** Front ends of the platform give up a request that answers nothing for 230 s, proxies in between much sooner. */
const heldForMs = 25_000;

/** What has changed since a token, as soon as something has: `?after=&model=`. docs/api.md says why it is a long poll. */
serve('get-changes', {
  route: 'changes',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const { changes } = await wiring.ledger();
    const after = request.query.get('after') ?? undefined;
    const model = request.query.get('model') ?? undefined;
    const { isBusy, ...told } = await changes.wait({ after, model, forMs: heldForMs });
    return {
      jsonBody: told,
      headers: { 'cache-control': 'no-store', ...(isBusy && { 'retry-after': '5' }) },
    };
  },
});
