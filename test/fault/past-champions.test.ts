/** A host that dies while a run scores past champions: each is scored once, and one is released again once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportDrift, seasonalModel } from '../world/seasons.ts';
import { openWorld, type World } from '../world/world.ts';

/** `#2` is the second pass of a step. */
const points = [
  'activity-before-commit:find-past-champions',
  'activity-after-commit:record-run#2',
  'activity-before-commit:submit-job',
  'activity-after-commit:judge-evidence',
  'activity-before-commit:judge-evidence#2',
  'activity-before-commit:mark-chosen',
  'activity-before-commit:publish-release',
];
const seasons = ['winter', 'summer', 'autumn'] as const;

describe('a host that dies while past champions are scored', () => {
  let world: World;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-past-'));

  beforeAll(async () => {
    writeFileSync(join(folder, 'tiny.yaml'), seasonalModel());
    world = await openWorld({ modelsFolder: folder });
    for (const season of seasons) {
      await world.uploadData(season);
      await world.untilSettled([await world.requestRun(season)]);
    }
  });
  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // Seasons come by turns: the champion is of the one before, the latest past champion of the one before that.
  it.each(points.map((point, at) => [point, seasons[at % 3]!] as const))(
    'leaves one of everything when it dies at %s',
    async (point, season) => {
      await world.uploadData('fog');
      await world.uploadData(season);
      await world.crashHostAt(point);
      const died = world.hostExited();
      const asked = await reportDrift(world, point.replaceAll(/\W+/g, '-'));
      expect((await died).signal).toBe('SIGKILL');
      await world.startHost();
      await world.untilSettled(asked);

      const [run] = await world.runs();
      const version = String(seasons.indexOf(season) + 1);
      expect(run).toMatchObject({ outcome: 'released', registeredVersion: version, champion: {} });
      expect(run!.challenger).toMatchObject({ version, chosenBy: run!.runId });
      const scored = run!.pastChampions!.flatMap(({ jobName }) => jobName ?? []);
      expect(run!.pastChampions!.map(({ verdict }) => verdict)).toEqual(['failed', 'passed']);
      const jobs = (await world.jobNames()).filter((name) => name.startsWith(run!.runId));
      expect([...jobs].sort()).toEqual(scored);
      expect(await world.versionRuns()).toHaveLength(3);
      const told = (await world.releaseIds()).filter((id) => id.startsWith(run!.runId));
      expect(new Set(told)).toEqual(new Set([`${run!.runId}-production`]));
    },
  );
});
