import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { localCloud } from '../../local/cloud-context.ts';
import { openBrowser, visit } from '../world/browser.ts';
import { runVariants } from '../world/run-variants.ts';
import { automlCode, churnRows, trainByAutoml } from '../world/train-by-automl.ts';

const onChurn = (text: string): string => trainByAutoml(text.replace('path: tiny/', 'path: churn/'));
const models: Readonly<Record<string, (text: string) => string>> = {
  found: onChurn,
  'never-found': (text) => onChurn(text).replace('targetColumn: left', 'targetColumn: gone'),
};

describe('a run that trains by AutoML', () => {
  const ran = runVariants(models, {
    code: { name: 'churn', files: automlCode },
    prepare: (world) =>
      BlobServiceClient.fromConnectionString(world.cloud().storage)
        .getContainerClient(localCloud.container)
        .getBlockBlobClient('churn/2026-01-05.csv')
        .uploadData(Buffer.from(churnRows(300))),
  });
  const { runOf, ratchet } = ran;

  it('judges, registers and releases the best model, by the rows that it has not seen', async () => {
    const run = runOf('found');
    expect(run).toMatchObject({ outcome: 'released', registeredVersion: '1', tuned: { by: 'automl' } });
    expect(run.tuned?.sentence).toMatch(
      /^Trial \d of 4 is the best: AUC_weighted 0\.\d+, with algorithm \w+\.$/,
    );
    expect(run.challenger?.modelUri).toContain(`/paths/runs/${run.runId}/model/`);
    const answer = await ran.world.ask('models/found/versions/1/lineage');
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
    const { page, troubles } = await visit(browser, ran.world, 'vic', `/api/ui/runs/${runId}`);
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
