import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { findServing } from '../shared/domain/deployment.ts';
import { modelEntity } from '../shared/domain/durable-names.ts';
import { type ModelState, newModelState } from '../shared/domain/model-state.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** Every model with its champion, what serves where, the run under way, and what waits, is frozen and spent. */
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
      const stored = await client.readEntityState<ModelState>(new df.EntityId(modelEntity, config.model));
      const { entityState = newModelState } = stored;
      const { champion, championSince = null, live, pending, lastRun, mode, frozen = [] } = entityState;
      const { waiting = [], newData = null, spent = [], glass = null } = entityState;
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
        mode: mode?.mode ?? config.policy.mode,
        modeSetBy: mode ?? null,
        frozen,
        waiting,
        newData,
        spent,
        glass,
      };
    });
    return { jsonBody: { models: await Promise.all(models) } };
  }),
});
