import * as df from 'durable-functions';
import { offerRecovery } from '../shared/dispatch/offer-recovery.ts';
import { offerSignal } from '../shared/dispatch/offer-signal.ts';
import { recordChecks } from '../shared/dispatch/record-checks.ts';
import { readBody } from '../shared/http/read-body.ts';
import { requireModel } from '../shared/http/require-model.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** Takes a report of production metrics; each breach of a threshold is a signal, each good value a recovery. */
serve('post-metrics', {
  route: 'models/{model}/metrics',
  method: 'POST',
  access: 'report',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const { judgeReport, MetricReportSchema } = await import('../shared/signals/parse-metric-report.ts');
    const pinned = requireModel(request, await wiring.modelFiles());
    const report = await readBody(request, MetricReportSchema);
    const client = df.getClient(context);
    const { breaches, recoveries, checks } = judgeReport(report, pinned);
    await Promise.all([
      ...breaches.map(({ signal }) => offerSignal(client, { signal, pinned })),
      ...recoveries.map(({ recovery }) => offerRecovery(client, { recovery, pinned })),
    ]);
    await recordChecks(pinned.config.model, checks, (why) => context.warn(why));
    const asked = breaches.map(({ rule, signal }) => ({
      rule,
      signalId: signal.id,
      summary: signal.summary,
    }));
    const recovered = recoveries.map(({ rule, recovery }) => ({ rule, summary: recovery.summary }));
    return { status: 202, jsonBody: { model: pinned.config.model, breaches: asked, recoveries: recovered } };
  },
});
