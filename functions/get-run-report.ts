import { gateReportPagePath } from '../shared/azure/run-files.ts';
import { RatchetError } from '../shared/errors.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/**
 * A page needs its own style and nothing else. `sandbox` gives it an origin of its own, so that whatever it were to
 * hold could not act for the person who reads it; its address may hold a function key, which no link passes on.
 */
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

/** A run's gate report as a page. */
serve('get-run-report', {
  route: 'runs/{id}/report',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const runId = (request.params['id'] ?? '').slice(0, 200);
    const run = await (await wiring.ledger()).getRun(runId);
    const page = run && (await (await wiring.blobs()).readText(gateReportPagePath(runId)));
    if (!page) throw nothingFound(runId, run !== null);
    return { headers: pageHeaders, body: page };
  },
});

function nothingFound(runId: string, isRun: boolean): RatchetError {
  const message = isRun
    ? `run ${JSON.stringify(runId)} has no gate report yet; it is written when the run's gates are judged; GET /api/runs/{id} shows the run's progress`
    : `no run ${JSON.stringify(runId)} in the ledger; GET /api/runs lists them`;
  return new RatchetError('not-found', message, { subject: { runId } });
}
