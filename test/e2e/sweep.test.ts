import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../cli/main.ts';
import { publishCode } from '../../local/launch/publish-assets.ts';
import type { Run } from '../../shared/domain/run.ts';
import { openBrowser, visit } from '../world/browser.ts';
import { sweptCode, trainBySweep } from '../world/train-by-sweep.ts';
import { openWorld, type World } from '../world/world.ts';

const models: Readonly<Record<string, (text: string) => string>> = {
  tuned: trainBySweep,
  'never-tuned': (text) =>
    trainBySweep(text).replace('[1, 3, 2, broken]', '[broken]').replace('Trials: 2', 'Trials: 1'),
};
const found = 'Trial 1 of 4 (1 failed) is the best: accuracy 0.3, with rate 3.';

describe('a run that trains by a sweep', () => {
  let world: World;
  let runs: readonly Run[];
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-sweep-'));

  beforeAll(async () => {
    const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    mkdirSync(join(folder, 'models'));
    for (const [model, change] of Object.entries(models)) {
      const text = change(tiny.replace('model: tiny', `model: ${model}`));
      writeFileSync(join(folder, 'models', `${model}.yaml`), text);
    }
    mkdirSync(join(folder, 'code'));
    writeFileSync(join(folder, 'code', 'fit.js'), sweptCode);
    world = await openWorld({ modelsFolder: join(folder, 'models') });
    vi.stubEnv('RATCHET_HOME', world.home);
    await publishCode(world.cloud(), { name: 'swept', version: '1', folder: join(folder, 'code') });
    const asked = await Promise.all(Object.keys(models).map((model) => world.requestRun('sweep', model)));
    await world.untilSettled(asked, 100_000);
    runs = await world.runs();
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const runOf = (model: string): Run => runs.find((run) => run.model === model)!;
  const ratchet = async (...args: string[]): Promise<string> => {
    const lines: string[] = [];
    const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    const write = vi
      .spyOn(process.stdout, 'write')
      .mockImplementation((text) => lines.push(String(text)) > 0);
    try {
      await main(args);
    } finally {
      log.mockRestore();
      write.mockRestore();
    }
    return stripVTControlCharacters(lines.join('\n'));
  };

  it('judges, registers and releases the model of the best trial', async () => {
    const run = runOf('tuned');
    expect(run).toMatchObject({ outcome: 'released', registeredVersion: '1', tuned: { sentence: found } });
    expect(run.challenger?.modelUri).toContain(`/paths/azureml/${run.runId}-train_1/model/`);
    const answer = await world.ask('models/tuned/versions/1/lineage');
    expect(answer.body).toMatchObject({
      origin: 'run',
      contradictions: [],
      run: { tuned: { trial: '1', parameters: { rate: '3' }, value: 0.3 } },
      modelFile: { training: { code: 'azureml:swept:1' } },
    });
  });

  it('says on the command line what was found, and shows what a trial has printed', async () => {
    const { runId } = runOf('tuned');
    expect(await ratchet('runs', runId)).toContain(found);
    expect(await ratchet('lineage', 'tuned:1')).toContain(found);
    expect(await ratchet('logs', runId, '--phase', 'train')).toContain('trying rate 3');
    expect(await ratchet('logs', runId, '--phase', 'train', '--trial', '0')).toContain('trying rate 1');
  });

  it('says on the page what was found, and shows the log of the trial that is chosen', async () => {
    const { runId } = runOf('tuned');
    const browser = await openBrowser();
    const { page, troubles } = await visit(browser, world, 'vic', `/api/ui/runs/${runId}`);
    const see = (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: 60_000 });
    await see(found);
    await page.getByLabel('Job', { exact: true }).selectOption('train');
    await see(/^trial 1 of .*-train: Completed\.$/);
    await see('trying rate 3');
    await page.getByLabel('Trial', { exact: true }).selectOption('3');
    await see(/^trial 3 of .*-train: Failed\.$/);
    await see(`ratchet logs ${runId} --phase train --trial 3`);
    expect(troubles).toEqual([]);
    await browser.close();
  });

  it('fails where no trial completes, and says where the log is that tells why', async () => {
    const run = runOf('never-tuned');
    expect(run).toMatchObject({ outcome: 'training-failed', registeredVersion: null });
    expect(run.sentence).toMatch(
      /^Job never-tuned-\S+-train ended Failed: trial 0 failed, see `ratchet logs \S+ --phase train --trial 0`\. .*code 3/s,
    );
    expect(await ratchet('logs', run.runId, '--phase', 'train')).toContain('trying rate broken');
  });
});
