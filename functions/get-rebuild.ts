import * as df from 'durable-functions';
import { modelEntity } from '../shared/domain/durable-names.ts';
import { type ModelState, newModelState } from '../shared/domain/model-state.ts';
import { requireModelName } from '../shared/http/require-model.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** What a rebuild of a model's state from ledger and registry would change. It changes nothing. */
serve('get-rebuild', {
  route: 'models/{model}/rebuild',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const { describeRebuild, mergeRebuilt } = await import('../shared/admission/merge-rebuilt.ts');
    const { readKnownState } = await import('../shared/dispatch/read-known-state.ts');
    const model = requireModelName(request, await wiring.modelFiles());
    const entity = new df.EntityId(modelEntity, model);
    const { entityState } = await df.getClient(context).readEntityState<ModelState>(entity);
    const state = entityState ?? newModelState;
    const after = mergeRebuilt(state, await readKnownState(model));
    const isNew = !entityState;
    return { jsonBody: { model, isNew, champion: after.champion, changes: describeRebuild(state, after) } };
  },
});
