import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorld, type World } from './world.ts';

/** On the virtual clock, with this file of the tiny model, whose schedules are looked at every minute. */
export async function openTickingWorld(modelFile: string, clockStart: string): Promise<World> {
  const modelsFolder = mkdtempSync(join(tmpdir(), 'ratchet-models-'));
  writeFileSync(join(modelsFolder, 'tiny.yaml'), modelFile);
  const env = { RATCHET_SCHEDULE_TICK: '0 * * * * *' };
  const world = await openWorld({ clock: 'virtual', clockStart, modelsFolder, env });
  return {
    ...world,
    async close() {
      await world.close();
      rmSync(modelsFolder, { recursive: true, force: true });
    },
  };
}
