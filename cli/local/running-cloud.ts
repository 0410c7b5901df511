import { join } from 'node:path';
import { bypassProxies } from '../../local/launch/bypass-proxies.ts';
import { type CloudState, CloudStateSchema } from '../../local/launch/cloud-state.ts';
import { readStateFile } from '../../local/process/state-file.ts';
import { findHome, near } from '../find-service.ts';
import { isAlive } from '../is-alive.ts';

interface RunningCloud {
  readonly home: string;
  readonly cloud: CloudState;
}

/** The local cloud that runs with the state folder of this folder. Throws where none does. */
export function findRunningCloud(): RunningCloud {
  const home = findHome();
  if (home === null)
    throw new Error(
      'no service has been started in this folder, nor in one above it: start one with ratchet up, or set RATCHET_HOME to its state folder',
    );
  const cloud = readStateFile(join(home, 'cloud', 'cloud.json'), CloudStateSchema);
  if (cloud === null || !isAlive(cloud.pid))
    throw new Error(`the local cloud of ${near(home)} is not running: start it with ratchet up`);
  bypassProxies();
  return { home, cloud };
}
