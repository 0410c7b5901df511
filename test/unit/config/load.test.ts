import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '../../../shared/config/duration.ts';
import { loadModels, parseModelFile, readModelFile } from '../../../shared/config/load.ts';
import { formatProblem } from '../../../shared/config/problem.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');

function problemsOf(text: string): string[] {
  const parsed = parseModelFile('models/m.yaml', text);
  return 'problems' in parsed ? parsed.problems.map(formatProblem) : [];
}

/** Models and problems of a folder with these files, without the name of the folder. */
function load(files: Readonly<Record<string, string | Buffer>>) {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-models-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return loadFolder(folder);
}

function loadFolder(folder: string) {
  const { models, broken } = loadModels(folder);
  const problems = [...broken].map(([name, found]): [string, string[]] => [
    name,
    found.map((problem) => formatProblem(problem).replaceAll(`${folder}/`, '')),
  ]);
  return { models: [...models.keys()], problems: Object.fromEntries(problems) };
}

/** Ten levels of ten copies: ten thousand million values. */
function bomb(): string {
  const levels = Array.from(
    { length: 10 },
    (_, n) => `l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(', ')}]`,
  );
  return ['l0: &l0 [x]', ...levels].join('\n');
}

describe('parseModelFile', () => {
  it('accepts the sample model file and fills in the defaults', () => {
    const parsed = parseModelFile('models/spam-filter.yaml', sample);
    expect('model' in parsed && parsed.model.config.policy.pollJobs).toBe('PT5M');
  });

  it('pins equal content to equal hashes, whatever the order of the keys', () => {
    const reordered = sample.replace(/^model: .*\n/m, '').concat('\nmodel: spam-filter\n');
    const [a, b] = [sample, reordered].map((text) => parseModelFile('m.yaml', text));
    expect(a && 'model' in a && a.model.configHash).toMatch(/^[0-9a-f]{64}$/);
    expect(b).toEqual(a);
  });

  it('reports every problem at once with file, line and path', () => {
    const text = sample.replace('cooldown:', 'cooldwon:').replace(/evaluateOn: \d+/, 'evaluateOn: 0');
    const line = (needle: string) => text.split('\n').findIndex((row) => row.includes(needle)) + 1;
    expect(problemsOf(text)).toEqual([
      `models/m.yaml:${line('evaluateOn')}: data.evaluateOn: Too small: expected number to be >=1; found 0`,
      `models/m.yaml:${line('cooldwon')}: policy.cooldwon: unknown field; did you mean "cooldown"?`,
    ]);
  });

  it('says which line is not YAML', () => {
    expect(problemsOf('model: a\n  b: [1')[0]).toMatch(/^models\/m\.yaml:[12]: /);
  });

  it('asks for exactly one bound', () => {
    expect(problemsOf(sample.replace(/atLeast: .*/, ''))[0]).toContain(
      'give exactly one of atLeast and atMost',
    );
  });
});

describe('what a model file says of data', () => {
  const withExpect = (expect: string) =>
    problemsOf(sample.replace('  holdoutShare: 0.3', `  holdoutShare: 0.3\n  expect: ${expect}`));
  const withTrigger = (data: string) =>
    problemsOf(sample.replace('  drift: true', `  drift: true\n  data: ${data}`));

  it('is taken where it makes sense', () => {
    expect(
      withExpect('{ columns: { id: { type: integer, atLeast: 0 } }, unique: [id], rows: { atMost: 9 } }'),
    ).toEqual([]);
    for (const data of ['true', 'false', '{ minimumBytes: 1000 }']) expect(withTrigger(data)).toEqual([]);
  });

  it.each([
    [
      '{ columns: { a: { type: string, atLeast: 3 }, b: { type: number, oneOf: [x], atLeast: 3, atMost: 1 } } }',
      [
        'columns.a.atLeast: only numbers have a least; the column is string',
        'columns.b.oneOf: only text has a list; the column is number',
        'columns.b.atMost: at most 1 and at least 3: no value is both',
      ],
    ],
    [
      '{ columns: { amount: { type: number, nulShare: 0.1 } }, colums: {} }',
      [
        'columns.amount.nulShare: unknown field; did you mean "nullShare"?',
        'colums: unknown field; did you mean "columns"?',
      ],
    ],
    [
      '{ columns: { amount: { type: number } }, unique: [amuont, amount, amount] }',
      [
        'unique.0: column "amuont" is not in columns; did you mean "amount"?',
        'unique.2: column "amount" stands there twice',
      ],
    ],
    ['{ rows: { atLeast: 5, atMost: 4 } }', ['rows: atMost is below atLeast: no file has so many rows']],
  ])('is refused with every problem: %s', (expected, problems) => {
    expect(withExpect(expected).map((problem) => problem.replace(/^\S+ data\.expect\./, ''))).toEqual(
      problems,
    );
  });

  it.each([
    [
      'maybe',
      'data: true, false, or how much new data it takes: minimumRows, minimumBytes or both; found "maybe"',
    ],
    ['{}', 'data: give minimumRows, minimumBytes or both; true listens to every file'],
    [
      '{ minimumRows: 5 }',
      'data.minimumRows: rows are counted only where files are checked; add data.expect, or give minimumBytes',
    ],
  ])('is refused as a trigger: %s', (data, problem) => {
    expect(withTrigger(data).map((found) => found.replace(/^\S+ triggers\./, ''))).toEqual([problem]);
  });

  it('is needed where rows after a change are counted', () => {
    expect(problemsOf(sample.replace('policy:\n', 'policy:\n  rowsAfterChange: 600\n'))).toEqual([
      expect.stringContaining(
        'policy.rowsAfterChange: rows are counted only where files are checked; add data.expect',
      ),
    ]);
  });
});

describe('loadModels', () => {
  it('refuses a file named otherwise than its model', () => {
    const { models, problems } = load({ 'other.yaml': sample });
    expect(models).toEqual([]);
    expect(problems).toEqual({
      other: [
        'other.yaml:1: model: model is "spam-filter", but the file is named for "other"; make them equal',
      ],
    });
  });

  it('lets no broken file take the other models along', () => {
    const { models, problems } = load({
      'spam-filter.yaml': sample,
      'typo.yaml': sample.replace('model: spam-filter', 'model: typo').replace('cooldown:', 'cooldwon:'),
    });
    expect(models).toEqual(['spam-filter']);
    expect(Object.keys(problems)).toEqual(['typo']);
  });

  it.each<[string, string | Buffer, string]>([
    [
      'an alias without an anchor',
      'model: x\ndata: *nope\n',
      'x.yaml:2: alias *nope has no anchor &nope before it',
    ],
    [
      'an alias bomb',
      bomb(),
      'x.yaml:2: aliases of aliases: they would be copied more than 50 times; write the values out',
    ],
    [
      'UTF-16',
      Buffer.from(`\ufeff${sample}`, 'utf16le'),
      'x.yaml:1: is UTF-16 or no text at all; save it as UTF-8',
    ],
    [
      'UTF-16 without a mark',
      Buffer.from(sample, 'utf16le'),
      'x.yaml:1: is UTF-16 or no text at all; save it as UTF-8',
    ],
    [
      'Latin-1',
      Buffer.from('model: x\n# gr\u00fcn\n', 'latin1'),
      'x.yaml:2: has bytes that are not UTF-8; save it as UTF-8',
    ],
    ['too large', 'a'.repeat(300_000), 'x.yaml: has 300000 bytes, at most 262144 are read'],
  ])('says what is wrong with a file that is no configuration: %s', (_what, content, problem) => {
    expect(load({ 'x.yaml': content, 'spam-filter.yaml': sample })).toEqual({
      models: ['spam-filter'],
      problems: { x: [problem] },
    });
  });

  it.each([
    ['brackets without end', '['.repeat(100_000)],
    ['nested brackets', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['two documents', 'model: x\n---\nmodel: y\n'],
    ['a list', '- model'],
    ['a word', 'x'],
    ['nothing', ''],
    ['a tag of another language', '!!python/object:os.system x'],
    ['keys that are no words', '? [a, b]\n: 1\n__proto__: { model: x }\nconstructor: 1\n'],
    ['one key twice', 'model: x\nmodel: x\n'],
  ])('answers problems of the one file, and does not throw, for %s', (_what, content) => {
    const { models, problems } = load({ 'x.yaml': content, 'spam-filter.yaml': sample });
    expect(models).toEqual(['spam-filter']);
    expect(Object.keys(problems)).toEqual(['x']);
    expect(problems['x']!.every((problem) => /^x\.yaml(?::\d+)?: ./.test(problem))).toBe(true);
  });

  it('takes any text for problems or a model, and never throws', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(), (noise, at) => {
        const where = at % sample.length;
        const parsed = parseModelFile('m.yaml', sample.slice(0, where) + noise + sample.slice(where));
        return 'model' in parsed || parsed.problems.length > 0;
      }),
      { verbose: true },
    );
  });

  it('names a folder, a link to nothing, and two files of one model', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-models-'));
    mkdirSync(join(folder, 'a.yaml'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'b.yaml'));
    for (const name of ['spam-filter.yaml', 'spam-filter.yml']) writeFileSync(join(folder, name), sample);
    expect(loadFolder(folder)).toEqual({
      models: [],
      problems: {
        a: ['a.yaml: is a folder; rename or remove it'],
        b: ['b.yaml: there is no such file: it vanished, or it is a link to nothing'],
        'spam-filter': [
          'spam-filter.yaml: spam-filter.yaml and spam-filter.yml are about the same model; keep one of them',
          'spam-filter.yml: spam-filter.yaml and spam-filter.yml are about the same model; keep one of them',
        ],
      },
    });
    expect(readModelFile(join(folder, 'gone.yaml'))).toHaveProperty('problems');
  });

  it('leaves what editors hide alone, and takes fleet.yml for a fleet file under a wrong name', () => {
    const { models, problems } = load({
      'spam-filter.yaml': sample,
      '._spam-filter.yaml': 'x',
      '.#other.yaml': 'x',
      'fleet.yml': 'maximumConcurrentRuns: 1\n',
    });
    expect(models).toEqual(['spam-filter']);
    expect(problems).toEqual({
      fleet: ['fleet.yml: is not read: the fleet file is named fleet.yaml, and no model may be called so'],
    });
  });

  it('names the setting when the folder is missing', () => {
    expect(() => loadModels('nowhere')).toThrow(
      'no folder of model files at nowhere; set RATCHET_MODELS_DIR to one',
    );
  });
});

describe('parseDurationMs', () => {
  it.each([
    ['PT30M', 1_800_000],
    ['P1DT12H', 129_600_000],
    ['P2W', 1_209_600_000],
    ['PT0S', 0],
  ])('reads %s', (text, ms) => expect(parseDurationMs(text)).toBe(ms));

  it.each(['', 'P', 'PT', 'P1M', 'P1Y', '1D', 'P1DT', 'PT1.5H', '-P1D'])('refuses %j', (text) => {
    expect(parseDurationMs(text)).toBeNull();
  });
});
