import * as df from 'durable-functions';
import { askTogether } from '../shared/dispatch/ask-together.ts';
import { fleetEntity } from '../shared/domain/durable-names.ts';
import type { FleetState } from '../shared/domain/fleet-state.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** The fleet: the kill switch, who has a place, who waits for one, what is spent, and the fleet file. */
serve('get-fleet', {
  route: 'fleet',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (_request, context) => {
    const { readKnownFleet } = await import('../shared/dispatch/read-known-state.ts');
    const entity = new df.EntityId(fleetEntity, 'fleet');
    const { entityState } = await df.getClient(context).readEntityState<FleetState>(entity);
    const { places, waiting, spent, stopped, lastStop } = entityState ?? (await readKnownFleet());
    const { policy, problems } = (await wiring.modelFiles()).fleet;
    const { describeProblems } = await import('../shared/config/model-files.ts');
    // Where the file is broken, problems say so.
    const together = await askTogether().catch(() => null);
    const jsonBody = { stopped, lastStop, places, waiting, spent, policy, together };
    return { jsonBody: { ...jsonBody, problems: describeProblems(problems) } };
  },
});
