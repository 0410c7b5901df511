import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { readBody } from '../shared/http/read-body.ts';
import { answering } from '../shared/http/respond.ts';

/** The kill switch: `stop` has no run start any more, `resume` ends that. */
app.http('post-fleet-operation', {
  route: 'fleet/operations',
  methods: ['POST'],
  authLevel: 'function',
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const { FleetOperationSchema, fleetActionOf } = await import('../shared/operations/parse-operation.ts');
    const { requestOperation } = await import('../shared/dispatch/request-operation.ts');
    const body = await readBody(request, FleetOperationSchema);
    const { by, reason } = body;
    const action = fleetActionOf(body);
    return requestOperation(df.getClient(context), request, { model: null, action, by, reason });
  }),
});
