import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findModelWarnings } from '../../../shared/config/find-warnings.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { findMoving, fingerprintOf, judgementOf } from '../../../shared/config/training-fingerprint.ts';
import type { DataManifest } from '../../../shared/domain/data-manifest.ts';
import { reuseOf } from '../../../shared/domain/training.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const page = (name: string): string =>
  `${/```yaml\n(training:[\s\S]*?)```/.exec(readFileSync(`docs/${name}.md`, 'utf8'))![1]!}\n`;
const withTraining = (training: string): string => sample.replace(/^training:[\s\S]*?\n\n/m, training);
const kinds = {
  command: sample,
  pipeline: withTraining(page('pipeline-training')),
  sweep: withTraining(page('sweep-training')),
};
const parse = (text: string): ModelConfig => {
  const parsed = parseModelFile('m.yaml', text);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model.config;
};
const manifest: DataManifest = {
  ...{ runId: 'spam-filter-20020902-00000001', model: 'spam-filter', holdoutShare: 0.3 },
  train: [
    { name: 'a.jsonl', etag: '"1"', bytes: 10 },
    { name: 'b.jsonl', etag: '"2"', bytes: 20 },
  ],
  evaluate: [{ name: 'b.jsonl', etag: '"2"', bytes: 20 }],
};
const first = (text: string, change: (training: string) => string): string =>
  text.replace(/^training:[\s\S]*?(?=^\w)/m, (training) => change(training));
const of = (text: string, data: DataManifest = manifest): string => fingerprintOf(parse(text), data);

describe('the fingerprint of a training', () => {
  it('is what it was: whoever changes it gives it another form, and every training is done once more', () => {
    const training = { command: 'node train.js', code: 'azureml:a:1', environment: 'azureml:b:1' };
    const fixed = { model: 'm', data: { path: 'd/' }, training } as never;
    expect(fingerprintOf(fixed, manifest)).toBe(
      '623fe5eb4508f3c9351fba8bee29efb131f1167d239681b5e1853eff1e232e51',
    );
  });

  it.each(Object.entries(kinds))(
    'of a %s does not depend on where, as whom and how long it runs',
    (_kind, text) => {
      const elsewhere = first(text, (training) =>
        training
          .replace(/^ {2}compute: .*$/m, '  compute: serverless\n  reuse: P7D\n  tags: { team: mail }')
          .replace(/timeout: PT\w+/g, 'timeout: PT3H'),
      ).replace(/trialTimeout: PT3H/, 'trialTimeout: PT10M');
      expect(elsewhere).not.toBe(text);
      expect(of(elsewhere)).toBe(of(text));
    },
  );

  it.each([
    ['the size of its machines', 'resources: { instanceType: Standard_NC6s_v3, shmSize: 8g }', true],
    ['that it is one machine', 'resources: { instanceCount: 1 }', true],
    [
      'how many machines divide the work',
      'resources: { instanceCount: 2 }\n  distribution: { type: mpi }',
      false,
    ],
    ['a setting', 'environmentVariables: { DEPTH: "3" }', false],
    ['a variable', 'environmentVariables: { SEED: "1" }', false],
    ['how its processes work together', 'distribution: { type: mpi, processesPerInstance: 2 }', false],
  ])('is the same whatever %s: %s %s', (_what, more, isSame) => {
    const changed = first(sample, (training) => training.replace('training:\n', `training:\n  ${more}\n`));
    expect(of(changed) === of(sample)).toBe(isSame);
  });

  it.each(Object.entries(kinds))(
    'of a %s is another with other code, environment or command',
    (_kind, text) => {
      const changes = [
        (training: string) => training.replace(/code: (azureml:[\w-]+):\w+/, 'code: $1:99'),
        (training: string) => training.replace(/environment: (azureml:[\w-]+):\w+/, 'environment: $1:99'),
        (training: string) => training.replace('command: node', 'command: node --no-warnings'),
      ];
      const found = changes.map((change) => of(first(text, change)));
      expect(new Set([of(text), ...found]).size).toBe(4);
    },
  );

  it('of a sweep is another with other values, another sampling, objective or limit', () => {
    const changes = [
      '[2, 4]>[2, 5]',
      'type: grid>type: random',
      'goal: maximize>goal: minimize',
      'Trials: 6>Trials: 5',
    ];
    const found = changes.map((change) => {
      const [from, to] = change.split('>') as [string, string];
      return of(first(kinds.sweep, (training) => training.replace(from, to)));
    });
    expect(new Set([of(kinds.sweep), ...found]).size).toBe(changes.length + 1);
  });

  it('goes by the files of the manifest, and not by the run that wrote it', () => {
    const { train, evaluate } = manifest;
    expect(of(sample, { ...manifest, runId: 'another', refused: [{ name: 'c', reason: 'why' }] })).toBe(
      of(sample),
    );
    const others: DataManifest[] = [
      { ...manifest, train: [{ ...train[0]!, etag: '"3"' }, train[1]!] },
      { ...manifest, train: train.slice(1) },
      { ...manifest, train: [...train, { name: 'c.jsonl', etag: '"3"', bytes: 1 }] },
      { ...manifest, evaluate: [...evaluate, train[0]!] },
      { ...manifest, holdoutShare: 0.2 },
    ];
    expect(new Set([of(sample), ...others.map((data) => of(sample, data))]).size).toBe(6);
  });

  it('has whatever field there will be', () => {
    const config = parse(sample);
    const training = { ...config.training, ...{ someday: 1 } } as typeof config.training;
    expect(fingerprintOf({ ...config, training }, manifest)).not.toBe(of(sample));
  });
});

describe('what judges a challenger', () => {
  const champion = { name: 'spam-filter', version: '3', modelUri: 'azureml://3' };

  it('is the same wherever evaluation runs, and another with other gates, evaluation or champion', () => {
    const config = parse(sample);
    const same = { ...config, evaluation: { ...config.evaluation, compute: 'other', timeout: 'PT9H' } };
    expect(judgementOf(same, champion)).toBe(judgementOf(config, champion));
    const others = [
      judgementOf({ ...config, gates: config.gates.slice(1) }, champion),
      judgementOf({ ...config, evaluation: { ...config.evaluation, order: 'time' } }, champion),
      judgementOf({ ...config, holdout: { alpha: 0.01 } }, champion),
      judgementOf(config, { ...champion, version: '4' }),
      judgementOf(config, null),
    ];
    expect(new Set([judgementOf(config, champion), ...others]).size).toBe(6);
  });
});

describe('what moves', () => {
  const moved = (more: string): ReturnType<typeof findMoving> =>
    findMoving(
      parse(first(sample, (training) => training.replace('training:\n', `training:\n  ${more}\n`))).training,
    );

  it.each([
    ['environmentVariables: { BASE: "azureml:base@latest" }', 'environmentVariables.BASE'],
    ['environmentVariables: { IMAGE: "org/base:latest" }', 'environmentVariables.IMAGE'],
    ['environmentVariables: { BASE: "models:/base@champion" }', 'environmentVariables.BASE'],
    [
      'environmentVariables: { BASE: "azureml://registries/r/models/b/labels/newest" }',
      'environmentVariables.BASE',
    ],
  ])('is found in %s', (more, path) => {
    expect(moved(more)?.path.join('.')).toBe(path);
  });

  it('is found in the steps of a pipeline', () => {
    const text = kinds.pipeline.replace('node prepare.mjs', 'node prepare.mjs --base models:/base@champion');
    expect(findMoving(parse(text).training)).toMatchObject({ path: ['steps', 'prepare', 'command'] });
  });

  it('is not what only looks like it', () => {
    expect(moved('environmentVariables: { OWNER: "me@example.org", TAG: "latest-news" }')).toBeNull();
    expect(Object.values(kinds).map((text) => findMoving(parse(text).training))).toEqual([null, null, null]);
  });
});

describe('training.reuse', () => {
  const withReuse = (text: string, more = ''): string =>
    text.replace(/^training:\n/m, `training:\n  reuse: P30D\n${more}`);
  const warningsOf = (text: string): readonly string[] =>
    findModelWarnings(parse(text)).flatMap(({ path, message }) =>
      message.includes('earlier') ? [`${path.join('.')}: ${message}`] : [],
    );

  it.each(['PT59M', 'P366D', 'P1M', 'yes'])('is no %s', (value) => {
    const parsed = parseModelFile('m.yaml', withReuse(sample).replace('P30D', value));
    expect('problems' in parsed && parsed.problems[0]).toMatchObject({ path: 'training.reuse' });
  });

  it('may be said of every kind of training whose code the model file names, and is absent where nobody says it', () => {
    for (const text of Object.values(kinds)) {
      expect(reuseOf(parse(withReuse(text)).training)).toBe('P30D');
      expect(parse(text).training).not.toHaveProperty('reuse');
      expect(warningsOf(withReuse(text))).toEqual([]);
    }
  });

  it('is of AutoML with the command that writes its table, and is warned of: another job might find more', () => {
    const automl = withTraining(page('automl-training'));
    expect(of(automl.replace('timeout: PT10M\n', 'timeout: PT20M\n    compute: other\n'))).toBe(of(automl));
    expect(of(automl.replace('code: azureml:churn:1', 'code: azureml:churn:2'))).not.toBe(of(automl));
    expect(of(automl.replace('maxTrials: 4', 'maxTrials: 5'))).not.toBe(of(automl));
    const moving = automl.replace('node prepare.mjs', 'node prepare.mjs azureml:base@latest');
    expect(findMoving(parse(moving).training)).toEqual({
      path: ['prepare', 'command'],
      value: 'azureml:base@latest',
    });
    expect(warningsOf(withReuse(automl))).toEqual([
      expect.stringMatching(/^training\.reuse: takes what an earlier AutoML job found/),
    ]);
  });

  it('is said of no training elsewhere, whose code is that of the day', () => {
    const elsewhere = `${withTraining('')}training: { kind: azure-pipelines, project: ratchet, pipeline: train, timeout: PT1H, reuse: P30D }\n`;
    const parsed = parseModelFile('m.yaml', elsewhere);
    expect('problems' in parsed && parsed.problems[0]).toMatchObject({
      path: 'training.reuse',
      message: expect.stringContaining('whatever its repository holds that day'),
    });
  });

  it('is warned of where no training is ever taken, or where chance draws another', () => {
    expect(
      warningsOf(withReuse(sample, '  environmentVariables: { BASE: "azureml:base@latest" }\n')),
    ).toEqual([
      'training.environmentVariables.BASE: azureml:base@latest may be another thing each time, so that no earlier training is ever taken (training.reuse); name a version',
    ]);
    const drawn = withReuse(kinds.sweep).replace('type: grid', 'type: random');
    expect(warningsOf(drawn)).toEqual([
      expect.stringMatching(/^training\.reuse: takes an earlier sweep as it was drawn/),
    ]);
    expect(warningsOf(drawn.replace('type: random', 'type: random, seed: 7'))).toEqual([]);
  });
});
