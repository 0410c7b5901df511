import * as df from 'durable-functions';
import { requireRelease } from '../shared/dispatch/find-release.ts';
import { requireKnownModel } from '../shared/dispatch/require-known-model.ts';
import { RatchetError } from '../shared/errors.ts';
import { serve } from '../shared/http/serve.ts';
import { judgeUsable } from '../shared/release/transitions/judge-usable.ts';
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
    const model = await requireKnownModel(df.getClient(context), request, await wiring.modelFiles());
    const version = (request.params['version'] ?? '').slice(0, 100);
    const { stages } = requireRelease(model, (await wiring.models()).get(model));
    const stage = request.query.get('stage');
    const names = stages.map((each) => each.stage);
    if (stage !== null && !names.includes(stage)) {
      throw new RatchetError(
        'bad-request',
        `stage: model ${model} has no stage ${JSON.stringify(stage.slice(0, 100))}; its stages: ${names.join(', ')}`,
      );
    }
    const { items } = await (await wiring.ledger()).listReleases({ model, limit: releasesAtMost });
    const answer = judgeUsable({ model, version, stage, stages, releases: items });
    return {
      headers: { 'cache-control': 'private, max-age=15' },
      jsonBody: { model, version, stage, ...answer },
    };
  },
});
