import type { Decision } from '../shared/domain/decision.ts';
import { RatchetError } from '../shared/errors.ts';
import { readIds } from '../shared/http/read-id.ts';
import { serve } from '../shared/http/serve.ts';
import type { Ledger } from '../shared/ledger/ledger.ts';
import { modelOfSignal } from '../shared/signals/signal-id.ts';
import { wiring } from '../shared/wiring.ts';

/** The decision on one signal, with the run it started or joined. A signal's id may hold slashes. */
serve('get-decision', {
  route: 'decisions/{*id}',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const ledger = await wiring.ledger();
    const signalIds = readIds(request);
    const decision = await findDecision(ledger, signalIds);
    if (!decision) {
      const signalId = signalIds.at(-1)!.slice(0, 1000);
      const message = `no decision on signal ${JSON.stringify(signalId)} in the ledger; GET /api/decisions lists them`;
      throw new RatchetError('not-found', message, { subject: { signal: signalId } });
    }
    const run = decision.runId === null ? null : await ledger.getRun(decision.runId);
    return { jsonBody: { decision, run } };
  },
});

async function findDecision(ledger: Ledger, signalIds: readonly string[]): Promise<Decision | null> {
  for (const signalId of signalIds) {
    const model = modelOfSignal(signalId);
    const decision = model === null ? null : await ledger.getDecision(model, signalId);
    if (decision) return decision;
  }
  return null;
}
