import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GateReport } from '../../shared/domain/gate-report.ts';
import type { ModelState } from '../../shared/domain/model-state.ts';
import {
  evaluateBySteps,
  publishComponents,
  trainByComponent,
  trainByPublished,
} from '../world/publish-components.ts';
import { trainBySteps } from '../world/train-by-steps.ts';
import { openWorld, type World } from '../world/world.ts';

/** Its training chooses a threshold above all scores, and writes it beside the model. */
function trainThreshold(text: string): string {
  return text
    .replace('node train.js', 'node train.js --threshold 0.95')
    .replace('evaluation:\n', 'evaluation:\n  threshold: { from: training }\n');
}

const tooWeak = (text: string): string =>
  text.replace('metric: accuracy\n    atLeast: 0.75', 'metric: log_loss\n    atMost: 0.01');

/** The tiny model with one thing wrong in each copy. */
const troubles: Readonly<Record<string, (text: string) => string>> = {
  'fails-training': (text) => text.replace('node train.js', 'node train.js --fail'),
  'never-ends': (text) =>
    text.replace('node train.js', 'node train.js --hang').replace('timeout: PT1M', 'timeout: PT2S'),
  'outlives-its-run': (text) =>
    text
      .replace('node train.js', 'node train.js --hang')
      .replace('longestRun: PT10M', 'longestRun: PT2S')
      .replace('PT3S', 'PT1S'),
  'leaves-no-evidence': (text) => text.replace('node evaluate.js', 'node evaluate.js --no-evidence'),
  'scores-nan': (text) => text.replace('node evaluate.js', 'node evaluate.js --nan'),
  'too-weak': tooWeak,
  'too-weak-by-steps': (text) => tooWeak(trainBySteps(text)),
  'fails-a-step': (text) => trainBySteps(text).replace('node train.js', 'node train.js --fail'),
  'too-weak-by-components': (text) => tooWeak(evaluateBySteps(trainByComponent(text))),
  'fails-to-score': (text) => evaluateBySteps(text).replace('node evaluate.js', 'node nowhere.js'),
  'too-weak-by-published': (text) => tooWeak(trainByPublished(text)),
  'outlasts-its-limit': (text) => trainByPublished(text, 'tiny_never', 'PT3S'),
  'lacks-an-input': (text) => trainByComponent(text, '{}'),
  'trains-its-threshold': trainThreshold,
  'swaps-its-threshold': (text) =>
    trainThreshold(text).replace('node evaluate.js', 'node evaluate.js --says-threshold 0.5'),
  'too-few-rows': (text) => text.replaceAll('minimumRows: 4', 'minimumRows: 400'),
  'has-no-data': (text) => text.replace('path: tiny/', 'path: nowhere/'),
  'knows-no-code': (text) => text.replaceAll('azureml:tiny:1', 'azureml:missing:1'),
};

const expected: Readonly<Record<string, readonly [outcome: string, sentence: RegExp]>> = {
  'fails-training': [
    'training-failed',
    /^Job fails-training-\d{8}-[0-9a-f]{8}-train ended Failed: .*code 3/s,
  ],
  'never-ends': ['training-failed', /ended Failed: .*(?:time|PT2S)/is],
  'outlives-its-run': ['training-failed', /ended Cancell?ed/i],
  'leaves-no-evidence': ['evidence-error', /left neither predictions nor metrics/],
  'scores-nan': ['evidence-error', /row 1: challenger is "NaN"/],
  'too-weak': ['gate-failed', /^Gate floor: log_loss 0\.1054 > 0\.01000 \(n=8\)\.$/],
  'too-weak-by-steps': ['gate-failed', /^Gate floor: log_loss 0\.1054 > 0\.01000 \(n=8\)\.$/],
  'fails-a-step': [
    'training-failed',
    /^Job fails-a-step-\d{8}-[0-9a-f]{8}-train ended Failed: step fit failed, see `ratchet logs \S+ --phase train --step fit`\. .*code 3/s,
  ],
  'too-weak-by-components': ['gate-failed', /^Gate floor: log_loss 0\.1054 > 0\.01000 \(n=8\)\.$/],
  'fails-to-score': [
    'evaluation-failed',
    /ended Failed: step score failed, see `ratchet logs \S+ --phase evaluate --step score`\. /,
  ],
  'too-weak-by-published': ['gate-failed', /^Gate floor: log_loss 0\.1054 > 0\.01000 \(n=8\)\.$/],
  'outlasts-its-limit': [
    'training-failed',
    /ended Cancell?ed: it had not ended PT3S after it was submitted, which is its timeout, and was cancelled\.$/,
  ],
  'lacks-an-input': [
    'training-failed',
    /ended Refused: step fit: component azureml:tiny_train:1 requires input list \(uri_file\), which inputs does not give; add it\. Nothing was submitted\.$/,
  ],
  'trains-its-threshold': [
    'gate-failed',
    /^Gate floor: accuracy at threshold 0\.95 from training 0\.5000 < 0\.7500 \(n=8\)\.$/,
  ],
  'swaps-its-threshold': ['evidence-error', /0\.5.*0\.95|0\.95.*0\.5/],
  'too-few-rows': ['inconclusive', /8 rows, the gate needs 400/],
  'has-no-data': ['evidence-error', /^There is no data under nowhere\/\.$/],
  'knows-no-code': ['training-failed', /^Job knows-no-code-.*-train ended Refused: .*missing/],
};

describe('a run that cannot end well', () => {
  let world: World;
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-troubles-'));

  beforeAll(async () => {
    const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    for (const [model, trouble] of Object.entries(troubles)) {
      const text = trouble(tiny.replace('model: tiny', `model: ${model}`));
      writeFileSync(join(folder, `${model}.yaml`), text);
    }
    world = await openWorld({ modelsFolder: folder });
    await publishComponents(world.cloud());
  });

  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('ends in a stated, recorded outcome, and the champion stays', async () => {
    const asked = await Promise.all(Object.keys(troubles).map((model) => world.requestRun('trouble', model)));
    await world.untilSettled(asked, 110_000);

    const runs = await world.runs();
    expect(runs.map(({ model, outcome }) => `${model}: ${outcome}`).sort()).toEqual(
      Object.entries(expected)
        .map(([model, [outcome]]) => `${model}: ${outcome}`)
        .sort(),
    );
    for (const run of runs) {
      expect(run.sentence, run.model).toMatch(expected[run.model]![1]);
      expect(run).toMatchObject({ phase: 'settled', released: false, registeredVersion: null });
    }
    expect(await world.versionRuns()).toEqual([]);
    expect(await world.releaseIds()).toEqual([]);

    const { body } = await world.ask('models');
    for (const state of (body as { models: (ModelState & { model: string })[] }).models) {
      expect(state, state.model).toMatchObject({
        champion: null,
        live: null,
        lastRun: { outcome: expected[state.model]![0] },
      });
    }
  });

  it('keeps the gate report with the run', async () => {
    const failed = (await world.runs()).find(({ model }) => model === 'too-weak')!;
    const { body } = await world.ask(`runs/${failed.runId}`);
    const { gateReport } = body as { gateReport: GateReport };
    expect(gateReport).toMatchObject({
      runId: failed.runId,
      verdict: 'failed',
      rows: 8,
      evidence: 'predictions',
    });
    expect(gateReport.gates[0]).toMatchObject({
      gate: 'floor',
      verdict: 'failed',
      challenger: expect.closeTo(-Math.log(0.9), 6),
    });
    const page = await fetch(`${world.apiRoot}/runs/${failed.runId}/report`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toMatch(/^<!doctype html>.*log_loss 0\.1054 &gt; 0\.01000/s);
  });
});
