import * as df from 'durable-functions';
import { readReleaseNow } from '../shared/dispatch/read-release.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** One release: as it stands now while it is under way, as the ledger has it once it is over; with what people were told. */
serve('get-release', {
  route: 'releases/{id}',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const releaseId = (request.params['id'] ?? '').slice(0, 250);
    const { row } = await readReleaseNow(df.getClient(context), releaseId);
    const notices = await (await wiring.ledger()).notices.list(releaseId);
    return { jsonBody: { release: row, notices } };
  },
});
