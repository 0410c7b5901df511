import { describe, expect, it } from 'vitest';
import { openBrowser, visit } from '../world/browser.ts';
import { runVariants } from '../world/run-variants.ts';
import { sweptCode, trainBySweep } from '../world/train-by-sweep.ts';

const models: Readonly<Record<string, (text: string) => string>> = {
  tuned: trainBySweep,
  'never-tuned': (text) =>
    trainBySweep(text).replace('[1, 3, 2, broken]', '[broken]').replace('Trials: 2', 'Trials: 1'),
};
const found = 'Trial 1 of 4 (1 failed) is the best: accuracy 0.3, with rate 3.';

describe('a run that trains by a sweep', () => {
  const ran = runVariants(models, { code: { name: 'swept', files: { 'fit.js': sweptCode } } });
  const { runOf, ratchet } = ran;

  it('judges, registers and releases the model of the best trial', async () => {
    const run = runOf('tuned');
    expect(run).toMatchObject({ outcome: 'released', registeredVersion: '1', tuned: { sentence: found } });
    expect(run.challenger?.modelUri).toContain(`/paths/azureml/${run.runId}-train_1/model/`);
    const answer = await ran.world.ask('models/tuned/versions/1/lineage');
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
    const { page, troubles } = await visit(browser, ran.world, 'vic', `/api/ui/runs/${runId}`);
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
