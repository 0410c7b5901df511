import * as df from 'durable-functions';
import { requireKnownModel } from '../shared/dispatch/require-known-model.ts';
import { readCount, readTime } from '../shared/http/read-query.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** What happened to a model in some time, as lanes: `?from=&until=&points=`. */
serve('get-timeline', {
  route: 'models/{model}/timeline',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const model = await requireKnownModel(client, request, await wiring.modelFiles());
    const [from, until] = [readTime(request, 'from'), readTime(request, 'until')];
    const points = readCount(request, 'points', { fallback: 500, max: 2_000 });
    const { readTimeline } = await import('../shared/overview/read-timeline.ts');
    return { jsonBody: await readTimeline(client, { model, from, until, points }) };
  },
});
