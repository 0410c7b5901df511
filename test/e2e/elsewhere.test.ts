import { describe, expect, it } from 'vitest';
import { untilSeen } from '../until.ts';
import { openBrowser, visit } from '../world/browser.ts';
import { runVariants } from '../world/run-variants.ts';
import { organizationIn, trainElsewhere } from '../world/train-elsewhere.ts';

const models: Readonly<Record<string, (text: string) => string>> = {
  outside: (text) => trainElsewhere(text, 'train'),
  twice: (text) => trainElsewhere(text, 'second', ['retries: { code: { times: 1, wait: PT1S } }']),
  late: (text) => trainElsewhere(text, 'hang', ['timeout: PT12S']),
  unwanted: (text) => trainElsewhere(text, 'hang'),
};

describe('a run that trains elsewhere', () => {
  const ran = runVariants(models, {
    options: organizationIn,
    meanwhile: async ({ world, ratchet }) => {
      const { runId } = await untilSeen(async () => {
        const found = (await world.runs()).find(({ model }) => model === 'unwanted');
        return found?.elsewhere?.run ? found : undefined;
      });
      await ratchet('cancel', runId, '--reason', 'not this one');
    },
  });
  const { runOf, ratchet } = ran;
  const outsideOf = async (pipeline: string) => {
    const answer = await fetch(`${ran.world.cloud().control}/pipelines/${pipeline}`);
    return (await answer.json()) as readonly { parameters: Record<string, string>; result: string | null }[];
  };

  it('judges, registers and releases the model that was left', async () => {
    const run = runOf('outside');
    expect(run).toMatchObject({ outcome: 'released', registeredVersion: '1' });
    expect(run.elsewhere).toMatchObject({
      ...{ service: 'azure-pipelines', project: 'ratchet', pipeline: 'train', job: `${run.runId}-train` },
      ...{
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
        run: { url: expect.stringContaining('buildId=') },
      },
    });
    expect(run.challenger?.modelUri).toContain(`/paths/runs/${run.runId}/model/`);
    expect(await outsideOf('train')).toHaveLength(1);
    const answer = await ran.world.ask('models/outside/versions/1/lineage');
    expect(answer.body).toMatchObject({
      origin: 'run',
      contradictions: [],
      run: { elsewhere: run.elsewhere },
    });
  });

  it('says on the command line what has trained, and shows what a task has printed', async () => {
    const { runId, elsewhere } = runOf('outside');
    const said = `pipeline train of ratchet at commit ${elsewhere!.commit!.slice(0, 12)} (${elsewhere!.run!.url})`;
    expect(await ratchet('runs', runId)).toContain(`training elsewhere: ${said}`);
    expect(await ratchet('lineage', 'outside:1')).toContain(said);
    expect(await ratchet('lineage', 'outside:1', '--format', 'card')).toContain('pipeline train of ratchet');
    const printed = `trained far away by ${runId}`;
    expect(await ratchet('logs', runId, '--phase', 'train')).toContain(printed);
    expect(await ratchet('logs', runId, '--phase', 'train', '--step', 'Train')).toContain(printed);
  });

  it('says on the page what has trained, with the link, and shows its log', async () => {
    const { runId, elsewhere } = runOf('outside');
    const browser = await openBrowser();
    const { page, troubles } = await visit(browser, ran.world, 'vic', `/api/ui/runs/${runId}`);
    await page.getByRole('link', { name: 'pipeline train of ratchet' }).waitFor({ timeout: 60_000 });
    const link = page.getByRole('link', { name: 'pipeline train of ratchet' });
    expect(await link.getAttribute('href')).toBe(elsewhere!.run!.url);
    await page.getByLabel('Job', { exact: true }).selectOption('train');
    await page.getByText(`trained far away by ${runId}`).first().waitFor({ timeout: 60_000 });
    expect(troubles).toEqual([]);
    await browser.close();
  });

  it('runs the pipeline again where the model file says so, under a name and into a folder of its own', async () => {
    const run = runOf('twice');
    expect(run).toMatchObject({
      outcome: 'released',
      attempts: [{ attempt: 1, kind: 'code', said: expect.stringContaining("Bash exited with code '4'") }],
      elsewhere: { job: `${run.runId}-train-2` },
    });
    expect(run.challenger?.modelUri).toContain(`/paths/runs/${run.runId}/model-2/`);
    expect((await outsideOf('second')).map(({ parameters }) => parameters['ratchetJob'])).toEqual([
      `${run.runId}-train`,
      `${run.runId}-train-2`,
    ]);
  });

  it('cancels a pipeline that has not ended within its timeout, and fails', async () => {
    const run = runOf('late');
    expect(run).toMatchObject({ outcome: 'training-failed', registeredVersion: null });
    expect(run.sentence).toMatch(
      /^Job late-\S+-train ended Canceled: pipeline hang of ratchet \(https:\S+\): it had not ended within its timeout, PT12S, and was cancelled\.$/,
    );
  });

  it('cancels the pipeline of a run that is cancelled, and waits for its end', async () => {
    expect(runOf('unwanted')).toMatchObject({ outcome: 'cancelled', registeredVersion: null });
    const ends = await outsideOf('hang');
    expect(ends).toHaveLength(2);
    expect(ends.map(({ result }) => result)).toEqual(['canceled', 'canceled']);
  });
});
