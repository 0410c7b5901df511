import * as df from 'durable-functions';
import { askUsable } from '../shared/dispatch/ask-usable.ts';
import { readBody } from '../shared/http/read-body.ts';
import { serve } from '../shared/http/serve.ts';

/** A webhook of Flagger: the status says whether its canary may go on. It changes nothing. */
serve('post-flagger-hook', {
  route: 'controllers/flagger',
  method: 'POST',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const { FlaggerHookSchema, flaggerStatus } = await import('../shared/controllers/flagger-hook.ts');
    const { type, metadata } = await readBody(request, FlaggerHookSchema);
    const { model, version, stage } = metadata;
    const answer = await askUsable(df.getClient(context), { model, version, stage });
    return { status: flaggerStatus(type, answer), jsonBody: answer };
  },
});
