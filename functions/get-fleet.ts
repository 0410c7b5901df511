import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { fleetEntity } from '../shared/domain/durable-names.ts';
import type { FleetState } from '../shared/domain/fleet-state.ts';
import { answering } from '../shared/http/respond.ts';
import { wiring } from '../shared/wiring.ts';

/** The fleet: the kill switch, who has a place, who waits for one, what is spent, and the fleet file. */
app.http('get-fleet', {
  route: 'fleet',
  methods: ['GET'],
  authLevel: 'function',
  extraInputs: [df.input.durableClient()],
  handler: answering(async (_request, context) => {
    const { readKnownFleet } = await import('../shared/dispatch/read-known-state.ts');
    const entity = new df.EntityId(fleetEntity, 'fleet');
    const { entityState } = await df.getClient(context).readEntityState<FleetState>(entity);
    const { places, waiting, spent, stopped, lastStop } = entityState ?? (await readKnownFleet());
    const { policy, problems } = (await wiring.modelFiles()).fleet;
    const { describeProblems } = await import('../shared/config/model-files.ts');
    const jsonBody = { stopped, lastStop, places, waiting, spent, policy };
    return { jsonBody: { ...jsonBody, problems: describeProblems(problems) } };
  }),
});
