import { randomUUID } from 'node:crypto';
import * as df from 'durable-functions';
import { allow } from '../shared/access/visitor.ts';
import { offerSignal } from '../shared/dispatch/offer-signal.ts';
import { readBody } from '../shared/http/read-body.ts';
import { readIdempotencyKey } from '../shared/http/read-idempotency-key.ts';
import { requireModel } from '../shared/http/require-model.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** Takes a request for a run. The same Idempotency-Key is the same request. */
serve('post-signal', {
  route: 'models/{model}/signals',
  method: 'POST',
  access: 'request',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context, visitor) => {
    const { ManualRequestSchema, manualSignal } = await import('../shared/signals/parse-manual-request.ts');
    const pinned = requireModel(request, await wiring.modelFiles());
    const body = await readBody(request, ManualRequestSchema);
    const key = readIdempotencyKey(request) ?? randomUUID();
    const signal = manualSignal(pinned.config.model, body, { key, actor: allow(visitor, 'request') });
    const outcome = await offerSignal(df.getClient(context), { signal, pinned });
    return { status: 202, jsonBody: { signalId: signal.id, repeated: outcome === 'repeated' } };
  },
});
