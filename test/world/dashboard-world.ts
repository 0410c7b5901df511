/** A service with something on every page: models of all kinds, a release that waits for people, a run that asks one. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeEndpoint, stagedModel } from './endpoint.ts';
import { trainBySteps } from './train-by-steps.ts';
import { openWorld, throughOutages, type World } from './world.ts';

/** Markup, and a sign that turns the direction of what follows. */
export const hostile = '<img src=x onerror=alert(1)> </script>\u202edessap';

const stages = `
- { stage: sign-off, kind: approval, need: 1, within: P1D }
- { stage: production, kind: production, keepOld: PT1H }`.trim();

export interface DashboardWorld extends World {
  /** Resolves once the release of model `guarded` waits for approval, and the run of model `unsure` for a person. */
  untilPeopleAreAsked(): Promise<{ readonly releaseId: string; readonly runId: string }>;
}

export async function openDashboardWorld(): Promise<DashboardWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-dashboard-models-'));
  const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
  const put = (model: string, text: string) =>
    writeFileSync(join(folder, `${model}.yaml`), text.replace('model: tiny', `model: ${model}`));
  put('tiny', `${tiny}description: ${JSON.stringify(hostile)}\n`);
  put(
    'unsure',
    `${trainBySteps(tiny).replaceAll('minimumRows: 4', 'minimumRows: 400')}onInconclusive: ask\n`,
  );
  put('broken', tiny.replace('cooldown: PT0S', 'cooldwn: PT0S'));
  put('guarded', stagedModel({ model: 'guarded', endpoint: 'guarded', stages }));
  const world = await openWorld({ modelsFolder: folder, traces: true });
  await makeEndpoint(world, 'guarded');
  await Promise.all([world.requestRun('a-version', 'guarded'), world.requestRun('few-rows', 'unsure')]);
  await world.ask('models/tiny/metrics', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      window: '2026-W09',
      observedAt: new Date().toISOString(),
      sample: 200,
      metrics: { accuracy: 0.97 },
    }),
  });
  const first = async <T>(path: string, name: string, isSo: (row: T) => boolean): Promise<T | undefined> => {
    const { body } = await world.ask(path);
    return (body as Record<string, T[]>)[name]!.find(isSo);
  };
  return {
    ...world,
    async untilPeopleAreAsked() {
      const { releaseId } = await throughOutages(() =>
        first<{ releaseId: string; state: string }>(
          'releases?model=guarded',
          'releases',
          ({ state }) => state === 'waiting-for-approval',
        ),
      );
      const { runId } = await throughOutages(() =>
        first<{ runId: string; verdict: string | null }>(
          'runs?model=unsure',
          'runs',
          ({ verdict }) => verdict === 'inconclusive',
        ),
      );
      return { releaseId, runId };
    },
    async close() {
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
