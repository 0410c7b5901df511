import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { findServing } from '../shared/domain/deployment.ts';
import { type ModelState, newModelState } from '../shared/domain/model-state.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** Every model with its champion, what serves where, the run under way and the signal that waits. */
app.http('get-models', {
  route: 'models',
  methods: ['GET'],
  authLevel: 'function',
  extraInputs: [df.input.durableClient()],
  handler: answering(async (_request, context) => {
    const client = df.getClient(context);
    const pinned = [...(await wiring.models()).values()];
    const deployments = await (await wiring.ledger()).listDeployments();
    const models = pinned.map(async ({ config, configHash }) => {
      const stored = await client.readEntityState<ModelState>(new df.EntityId('model', config.model));
      const { champion, championSince = null, live, pending, lastRun } = stored.entityState ?? newModelState;
      return {
        model: config.model,
        description: config.description,
        configHash,
        champion,
        championSince,
        serving: findServing(config.model, deployments),
        live,
        pending,
        lastRun,
      };
    });
    return { jsonBody: { models: await Promise.all(models) } };
  }),
});
