import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { offerRecovery } from '../shared/dispatch/offer-recovery.ts';
import { offerSignal } from '../shared/dispatch/offer-signal.ts';
import { readBody } from '../shared/http/read-body.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/**
 * Takes an alert of an Azure Monitor action group: one that fires asks for a run, one that is resolved withdraws what
 * waits because of it.
 *
 * An alert that concerns no model is 202 all the same: a refusal helps nobody, and an action group that keeps failing
 * calls the endpoint no more for a while, with the alerts of every other model.
 */
app.http('post-alert', {
  route: 'alerts',
  methods: ['POST'],
  authLevel: 'function',
  extraInputs: [df.input.durableClient()],
  handler: answering(async (request, context) => {
    const { AlertSchema, parseAlert } = await import('../shared/signals/parse-alert.ts');
    const alert = await readBody(request, AlertSchema);
    const models = await wiring.models();
    const facts = parseAlert(alert, models);
    const signals = facts.flatMap((fact) => (fact.type === 'signal' ? [fact.signal] : []));
    const recoveries = facts.flatMap((fact) => (fact.type === 'resolved' ? [fact.recovery] : []));
    const notes = facts.flatMap((fact) => (fact.type === 'signal' ? [] : [fact.note]));
    for (const fact of facts) if (fact.type === 'ignored') context.warn(`alert ignored: ${fact.note}`);
    const client = df.getClient(context);
    const pinnedOf = (model: string) => models.get(model)!;
    await Promise.all([
      ...signals.map((signal) => offerSignal(client, { signal, pinned: pinnedOf(signal.model) })),
      ...recoveries.map((recovery) => offerRecovery(client, { recovery, pinned: pinnedOf(recovery.model) })),
    ]);
    const answer = signals.map(({ id, model, summary }) => ({ model, signalId: id, summary }));
    return { status: 202, jsonBody: { signals: answer, notes } };
  }),
});
