import { RatchetError } from '../shared/errors.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** One release of the ledger, with what an approval of it would be of. */
serve('get-release', {
  route: 'releases/{id}',
  method: 'GET',
  doors: 'both',
  access: 'read',
  handler: async (request) => {
    const releaseId = (request.params['id'] ?? '').slice(0, 250);
    const release = await (await wiring.ledger()).getRelease(releaseId);
    if (release) return { jsonBody: { release } };
    throw new RatchetError(
      'not-found',
      `no release ${JSON.stringify(releaseId)} in the ledger; GET /api/releases lists them`,
      { subject: { release: releaseId } },
    );
  },
});
