import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

/** The host is killed, and what it remembers of orchestrations and entities is gone. Starts it again. */
export async function loseHub(world: World, env?: Parameters<World['startHost']>[0]): Promise<void> {
  await world.killHost();
  const host = join(world.home, 'host');
  for (const name of readdirSync(host))
    if (/^durable/.test(name)) rmSync(join(host, name), { recursive: true });
  await world.startHost(env);
}
