import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { findOpenReleases, readKnownTarget } from '../shared/dispatch/read-known-target.ts';
import { reviveReleases } from '../shared/dispatch/revive-releases.ts';
import { startWatch } from '../shared/dispatch/start-look.ts';
import { targetEntity } from '../shared/domain/durable-names.ts';
import type { TargetState } from '../shared/release/transitions/state.ts';
import { tell } from '../shared/telemetry/tell.ts';
import { wiring } from '../shared/wiring.ts';

/** Looks regularly for what died: runs that were terminated or purged, places nobody uses, signals and releases nobody carries. */
app.timer('watchdog', {
  schedule: process.env['RATCHET_WATCHDOG_TICK'] || '30 */10 * * * *',
  runOnStartup: false,
  extraInputs: [df.input.durableClient()],
  handler: async (_timer, context) => {
    const client = df.getClient(context);
    const started = await startWatch(client);
    if (started === 'under-way')
      context.warn('watchdog: the previous scan for lost work is still running; this tick starts none');
    const readTarget = async (key: string) =>
      (await client.readEntityState<TargetState>(new df.EntityId(targetEntity, key))).entityState;
    const states = { readTarget, findOpen: findOpenReleases, readKnown: readKnownTarget };
    const revived = await reviveReleases(client, states, await wiring.models(), Date.now());
    for (const release of revived.started)
      context.warn(
        `watchdog: the orchestration of release ${release} had ended before it; it is started again`,
      );
    for (const { target, why } of revived.failed)
      context.error(
        `watchdog: the releases of target ${target} could not be looked at: ${why}; the next scan does`,
      );
    tell(async () => (await import('../shared/overview/measure-standing.ts')).measureStanding(client));
  },
});
