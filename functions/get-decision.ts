import { app } from '@azure/functions';
import { RatchetError } from '../shared/errors.ts';
import { answering } from '../shared/http/respond.ts';
import { modelOfSignal } from '../shared/signals/signal-id.ts';
import { wiring } from '../shared/wiring.ts';

/** The decision on one signal, with the run it started or joined. A signal's id may hold slashes. */
app.http('get-decision', {
  route: 'decisions/{*id}',
  methods: ['GET'],
  authLevel: 'function',
  handler: answering(async (request) => {
    const signalId = (request.params['id'] ?? '').slice(0, 1000);
    const model = modelOfSignal(signalId);
    const ledger = await wiring.ledger();
    const decision = model === null ? null : await ledger.getDecision(model, signalId);
    if (!decision) {
      const message = `no decision on signal ${JSON.stringify(signalId)} in the ledger; GET /api/decisions lists them`;
      throw new RatchetError('not-found', message, { subject: { signal: signalId } });
    }
    const run = decision.runId === null ? null : await ledger.getRun(decision.runId);
    return { jsonBody: { decision, run } };
  }),
});
