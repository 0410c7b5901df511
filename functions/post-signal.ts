import { randomUUID } from 'node:crypto';
import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { offerSignal } from '../shared/dispatch/offer-signal.ts';
import { readBody } from '../shared/http/read-body.ts';
import { readIdempotencyKey } from '../shared/http/read-idempotency-key.ts';
import { requireModel } from '../shared/http/require-model.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** Takes a person's request for a run. The same Idempotency-Key is the same request. */
app.http('post-signal', {
  route: 'models/{model}/signals',
  methods: ['POST'],
  authLevel: 'function',
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const { ManualRequestSchema, manualSignal } = await import('../shared/signals/parse-manual-request.ts');
    const pinned = requireModel(request, await wiring.modelFiles());
    const body = await readBody(request, ManualRequestSchema);
    const signal = manualSignal(pinned.config.model, body, readIdempotencyKey(request) ?? randomUUID());
    const outcome = await offerSignal(df.getClient(context), { signal, pinned });
    return { status: 202, jsonBody: { signalId: signal.id, repeated: outcome === 'repeated' } };
  }),
});
