import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { readBody } from '../shared/http/read-body.ts';
import { requireModel } from '../shared/http/require-model.ts';
import { answering } from '../shared/http/respond.ts';
import { offerSignal } from '../shared/signals/offer-signal.ts';
import { wiring } from '../shared/wiring.ts';

/** Takes a report of production metrics; each breach of a threshold in the model file becomes a signal. */
app.http('post-metrics', {
  route: 'models/{model}/metrics',
  methods: ['POST'],
  authLevel: 'function',
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const { findBreaches, MetricReportSchema } = await import('../shared/signals/parse-metric-report.ts');
    const pinned = requireModel(request, await wiring.models());
    const report = await readBody(request, MetricReportSchema);
    const client = df.getClient(context);
    const breaches = findBreaches(report, pinned);
    await Promise.all(breaches.map(({ signal }) => offerSignal(client, { signal, pinned })));
    const answer = breaches.map(({ rule, signal }) => ({
      rule,
      signalId: signal.id,
      summary: signal.summary,
    }));
    return { status: 202, jsonBody: { model: pinned.config.model, breaches: answer } };
  }),
});
