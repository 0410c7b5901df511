import * as df from 'durable-functions';
import { requireRelease } from '../shared/dispatch/find-release.ts';
import { requireKnownModel } from '../shared/dispatch/require-known-model.ts';
import { targetEntity, targetKey } from '../shared/domain/durable-names.ts';
import { serve } from '../shared/http/serve.ts';
import { desiredBetween, isHeld } from '../shared/release/transitions/look-between.ts';
import { newTargetState, type TargetState } from '../shared/release/transitions/state.ts';
import { wiring } from '../shared/wiring.ts';

/** What is to serve a model, and what was last seen to; which versions are settled, and who holds the target. */
serve('get-serving', {
  route: 'models/{model}/serving',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const client = df.getClient(context);
    const model = await requireKnownModel(client, request, await wiring.modelFiles());
    const { target } = requireRelease(model, (await wiring.models()).get(model));
    const entity = await client.readEntityState<TargetState>(
      new df.EntityId(targetEntity, targetKey(target)),
    );
    const state = entity.entityState ?? newTargetState;
    const { release, queue, settled, desired, observed, drift, quarantined, embargoed, lastDrill } = state;
    return {
      jsonBody: {
        model,
        target: { kind: target.kind, endpoint: target.endpoint },
        desired: isHeld(state) ? desired : desiredBetween(state),
        observed,
        drift: drift ?? null,
        settled,
        quarantined: quarantined ?? [],
        embargoed: embargoed ?? [],
        lastDrill: lastDrill ?? null,
        release: release && {
          releaseId: release.releaseId,
          state: release.state,
          sentence: release.sentence,
        },
        waiting: queue.map(({ releaseId }) => releaseId),
      },
    };
  },
});
