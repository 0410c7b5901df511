import * as df from 'durable-functions';
import { requireRelease } from '../shared/dispatch/find-release.ts';
import { requireKnownModel } from '../shared/dispatch/require-known-model.ts';
import { readEmbargoes } from '../shared/dispatch/tell-embargoes.ts';
import { targetEntity, targetKey } from '../shared/domain/durable-names.ts';
import { RatchetError } from '../shared/errors.ts';
import { serve } from '../shared/http/serve.ts';
import { judgeUsable } from '../shared/release/transitions/judge-usable.ts';
import type { TargetState } from '../shared/release/transitions/state.ts';
import { wiring } from '../shared/wiring.ts';

/** So many of the latest releases are looked through. */
const releasesAtMost = 1_000;

/** May a version enter a stage, or without one, serve everybody: yes, no or wait, with the reason. `?stage=` */
serve('get-usable', {
  route: 'models/{model}/versions/{version}/usable',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const model = await requireKnownModel(client, request, await wiring.modelFiles());
    const version = (request.params['version'] ?? '').slice(0, 100);
    const pinned = (await wiring.models()).get(model);
    const { stages, target } = requireRelease(model, pinned);
    const stage = request.query.get('stage');
    const names = stages.map((each) => each.stage);
    if (stage !== null && !names.includes(stage)) {
      throw new RatchetError(
        'bad-request',
        `stage: model ${model} has no stage ${JSON.stringify(stage.slice(0, 100))}; its stages: ${names.join(', ')}`,
      );
    }
    const ledger = await wiring.ledger();
    const { items } = await ledger.listReleases({ model, limit: releasesAtMost });
    const entity = new df.EntityId(targetEntity, targetKey(target));
    const { entityState } = await client.readEntityState<TargetState>(entity);
    const embargoes = await readEmbargoes(ledger, pinned!, entityState, new Date().toISOString());
    const answer = judgeUsable({ model, version, stage, stages, releases: items, embargoes });
    return {
      headers: { 'cache-control': 'private, max-age=15' },
      jsonBody: { model, version, stage, ...answer },
    };
  },
});
