import * as df from 'durable-functions';
import { targetEntity, targetKey } from '../shared/domain/durable-names.ts';
import { RatchetError } from '../shared/errors.ts';
import { serve } from '../shared/http/serve.ts';
import { describeRelease } from '../shared/release/transitions/describe-release.ts';
import type { TargetState } from '../shared/release/transitions/state.ts';
import { wiring } from '../shared/wiring.ts';

/** One release: as it stands now while it is under way, as the ledger has it once it is over; with what people were told. */
serve('get-release', {
  route: 'releases/{id}',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const releaseId = (request.params['id'] ?? '').slice(0, 250);
    const row = await (await wiring.ledger()).getRelease(releaseId);
    if (!row) {
      throw new RatchetError(
        'not-found',
        `no release ${JSON.stringify(releaseId)} in the ledger; GET /api/releases lists them`,
        { subject: { release: releaseId } },
      );
    }
    const notices = await (await wiring.ledger()).listNotices(releaseId);
    if (row.endedAt !== null) return { jsonBody: { release: row, notices } };
    const target = new df.EntityId(
      targetEntity,
      targetKey({ kind: 'online-endpoint', endpoint: row.endpoint }),
    );
    const { entityState } = await df.getClient(context).readEntityState<TargetState>(target);
    const now = new Date().toISOString();
    const release = (entityState && describeRelease(entityState, releaseId, now)) ?? row;
    return { jsonBody: { release, notices } };
  },
});
