import * as df from 'durable-functions';
import { fleetEntity } from '../shared/domain/durable-names.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** What the app finds wrong with its settings, with what it depends on and with its model files. Nothing is changed. */
serve('get-doctor', {
  route: 'doctor',
  method: 'GET',
  access: 'diagnose',
  extraInputs: [df.input.durableClient()],
  handler: async (_request, context) => {
    const { examine } = await import('../shared/doctor/examine.ts');
    const client = df.getClient(context);
    const findings = await examine(wiring, () =>
      client.readEntityState(new df.EntityId(fleetEntity, 'fleet')),
    );
    const workspace = await wiring.settings().then(
      (settings) => settings.workspace.id,
      () => null,
    );
    return { jsonBody: { at: new Date().toISOString(), workspace, findings } };
  },
});
