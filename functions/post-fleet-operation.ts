import * as df from 'durable-functions';
import { allow } from '../shared/access/visitor.ts';
import { readBody } from '../shared/http/read-body.ts';
import { serve } from '../shared/http/serve.ts';

/** The kill switch: `stop` has no run start any more, `resume` ends that. */
serve('post-fleet-operation', {
  route: 'fleet/operations',
  method: 'POST',
  access: 'body',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context, visitor) => {
    const { accessOf, FleetOperationSchema, fleetActionOf } = await import(
      '../shared/operations/parse-operation.ts'
    );
    const { requestOperation } = await import('../shared/dispatch/request-operation.ts');
    const body = await readBody(request, FleetOperationSchema);
    const action = fleetActionOf(body);
    const actor = allow(visitor, accessOf(action));
    const asked = { model: null, action, actor, reason: body.reason };
    return requestOperation(df.getClient(context), request, asked);
  },
});
