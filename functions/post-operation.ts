import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { requireKnownModel } from '../shared/dispatch/require-known-model.ts';
import { readBody } from '../shared/http/read-body.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** Takes an operator's word on a model: freeze, thaw, set-mode, approve, withdraw, cancel-run, and what overrides the gates. */
app.http('post-operation', {
  route: 'models/{model}/operations',
  methods: ['POST'],
  authLevel: 'function',
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const { ModelOperationSchema, modelActionOf } = await import('../shared/operations/parse-operation.ts');
    const { requestOperation } = await import('../shared/dispatch/request-operation.ts');
    const client = df.getClient(context);
    const model = await requireKnownModel(client, request, await wiring.modelFiles());
    const body = await readBody(request, ModelOperationSchema);
    const { by, reason } = body;
    const action = modelActionOf(body);
    return requestOperation(client, request, { model, action, by, reason });
  }),
});
