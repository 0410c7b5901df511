import * as df from 'durable-functions';
import { allow } from '../shared/access/visitor.ts';
import { requireRelease } from '../shared/dispatch/find-release.ts';
import { requireKnownModel } from '../shared/dispatch/require-known-model.ts';
import { isReleaseOrder } from '../shared/domain/operation.ts';
import { readBody } from '../shared/http/read-body.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** Takes an operator's word on a model: freeze, thaw, set-mode, approve, withdraw, cancel-run, what overrides the gates, and orders about releases. */
serve('post-operation', {
  route: 'models/{model}/operations',
  method: 'POST',
  access: 'body',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context, visitor) => {
    const { accessOf, ModelOperationSchema, modelActionOf } = await import(
      '../shared/operations/parse-operation.ts'
    );
    const { requestOperation } = await import('../shared/dispatch/request-operation.ts');
    const client = df.getClient(context);
    const model = await requireKnownModel(client, request, await wiring.modelFiles());
    const body = await readBody(request, ModelOperationSchema);
    const action = modelActionOf(body, visitor.teams);
    const actor = allow(visitor, accessOf(action));
    const release = isReleaseOrder(action)
      ? requireRelease(model, (await wiring.models()).get(model))
      : undefined;
    const asked = { model, action, actor, reason: body.reason, ...(release && { release }) };
    return requestOperation(client, request, asked);
  },
});
