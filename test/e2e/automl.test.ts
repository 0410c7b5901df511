import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../cli/main.ts';
import { localCloud } from '../../local/cloud-context.ts';
import { publishCode } from '../../local/launch/publish-assets.ts';
import type { Run } from '../../shared/domain/run.ts';
import { openBrowser, visit } from '../world/browser.ts';
import { automlCode, churnRows, trainByAutoml } from '../world/train-by-automl.ts';
import { openWorld, type World } from '../world/world.ts';

const models: Readonly<Record<string, (text: string) => string>> = {
  found: trainByAutoml,
  'never-found': (text) => trainByAutoml(text).replace('targetColumn: left', 'targetColumn: gone'),
};

describe('a run that trains by AutoML', () => {
  let world: World;
  let runs: readonly Run[];
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-automl-'));

  beforeAll(async () => {
    const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    for (const name of ['models', 'code']) mkdirSync(join(folder, name));
    for (const [model, change] of Object.entries(models)) {
      const text = change(
        tiny.replace('model: tiny', `model: ${model}`).replace('path: tiny/', 'path: churn/'),
      );
      writeFileSync(join(folder, 'models', `${model}.yaml`), text);
    }
    for (const [name, text] of Object.entries(automlCode)) writeFileSync(join(folder, 'code', name), text);
    world = await openWorld({ modelsFolder: join(folder, 'models') });
    vi.stubEnv('RATCHET_HOME', world.home);
    await publishCode(world.cloud(), { name: 'churn', version: '1', folder: join(folder, 'code') });
    const blob = BlobServiceClient.fromConnectionString(world.cloud().storage)
      .getContainerClient(localCloud.container)
      .getBlockBlobClient('churn/2026-01-05.csv');
    await blob.uploadData(Buffer.from(churnRows(300)));
    const asked = await Promise.all(Object.keys(models).map((model) => world.requestRun('automl', model)));
    await world.untilSettled(asked, 200_000);
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

  it('judges, registers and releases the best model, by the rows that it has not seen', async () => {
    const run = runOf('found');
    expect(run).toMatchObject({ outcome: 'released', registeredVersion: '1', tuned: { by: 'automl' } });
    expect(run.tuned?.sentence).toMatch(
      /^Trial \d of 4 is the best: AUC_weighted 0\.\d+, with algorithm \w+\.$/,
    );
    expect(run.challenger?.modelUri).toContain(`/paths/runs/${run.runId}/model/`);
    const answer = await world.ask('models/found/versions/1/lineage');
    expect(answer.body).toMatchObject({
      origin: 'run',
      contradictions: [],
      run: { tuned: { metric: 'AUC_weighted' } },
      modelFile: { training: null, trainingSteps: [{ step: 'prepare', code: 'azureml:churn:1' }] },
    });
  });

  it('says on the command line what was found, and shows what each part has printed', async () => {
    const { runId, tuned } = runOf('found');
    expect(await ratchet('runs', runId)).toContain(tuned!.sentence);
    expect(await ratchet('lineage', 'found:1')).toMatch(/automl\s+Trial \d of 4 is the best/);
    const logs = (...more: string[]) => ratchet('logs', runId, '--phase', 'train', ...more);
    expect(await logs()).toContain(`${tuned!.parameters['algorithm']} with`);
    expect(await logs('--trial', '1')).toContain('DecisionTree with');
    expect(await logs('--step', 'prepare')).toMatch(/wrote \d+ rows/);
    expect(await logs('--step', 'setup')).toContain('measured by AUC_weighted, 10 folds');
  });

  it('says on the page what was found, and shows the log of the part that is chosen', async () => {
    const { runId, tuned } = runOf('found');
    const browser = await openBrowser();
    const { page, troubles } = await visit(browser, world, 'vic', `/api/ui/runs/${runId}`);
    const see = (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: 60_000 });
    await see(tuned!.sentence);
    await page.getByLabel('Job', { exact: true }).selectOption('train');
    await see(/^trial \d of .*-train: Completed\.$/);
    await page.getByLabel('Trial', { exact: true }).selectOption('prepare');
    await see(/^step prepare of .*-train: Completed\.$/);
    await see(/wrote \d+ rows/);
    await see(`ratchet logs ${runId} --phase train --step prepare`);
    expect(troubles).toEqual([]);
    await browser.close();
  });

  it('fails where the table does not fit, and says where the log is that tells why', async () => {
    const run = runOf('never-found');
    expect(run).toMatchObject({ outcome: 'training-failed', registeredVersion: null });
    expect(run.sentence).toMatch(
      /^Job never-found-\S+-train ended Failed: step setup failed, see `ratchet logs \S+ --phase train --step setup`\. .*no column "gone"/s,
    );
    expect(await ratchet('logs', run.runId, '--phase', 'train')).toContain('no column "gone"');
  });
});
