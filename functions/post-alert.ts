import * as df from 'durable-functions';
import { takeFact } from '../shared/dispatch/take-fact.ts';
import { readBody } from '../shared/http/read-body.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** Azure Monitor sends at most 256 KB of the common schema: log rules of version 1 embed rows of their query. */
const longestAlertBytes = 512 * 1024;

/**
 * Takes an alert of an Azure Monitor action group: one that fires asks for a run, one that is resolved withdraws what
 * waits because of it.
 *
 * An alert that concerns no model is 202 all the same: a refusal helps nobody, and an action group that keeps failing
 * calls the endpoint no more for a while, with the alerts of every other model.
 */
serve('post-alert', {
  route: 'alerts',
  method: 'POST',
  access: 'report',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const { AlertSchema, notesOn, parseAlert } = await import('../shared/signals/parse-alert.ts');
    const alert = await readBody(request, AlertSchema, longestAlertBytes);
    const facts = parseAlert(alert, await wiring.models());
    const client = df.getClient(context);
    await Promise.all(facts.map((fact) => takeFact(fact, client, context, 'alert')));
    const signals = facts.flatMap((fact) => (fact.type === 'signal' ? [fact.signal] : []));
    const answer = signals.map(({ id, model, summary }) => ({ model, signalId: id, summary }));
    return { status: 202, jsonBody: { signals: answer, notes: notesOn(alert, facts) } };
  },
});
