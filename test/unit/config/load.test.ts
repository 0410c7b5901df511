import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '../../../shared/config/duration.ts';
import { formatProblem, loadModels, parseModelFile } from '../../../shared/config/load.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');

function problemsOf(text: string): string[] {
  const parsed = parseModelFile('models/m.yaml', text);
  return 'problems' in parsed ? parsed.problems.map(formatProblem) : [];
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
      `models/m.yaml:${line('evaluateOn')}: data.evaluateOn: Too small: expected number to be >=1`,
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
    ['maybe', 'data: true, false, or how much new data it takes: minimumRows, minimumBytes or both'],
    ['{}', 'data: give minimumRows, minimumBytes or both; true listens to every file'],
    [
      '{ minimumRows: 5 }',
      'data.minimumRows: rows are counted only where files are checked; add data.expect, or give minimumBytes',
    ],
  ])('is refused as a trigger: %s', (data, problem) => {
    expect(withTrigger(data).map((found) => found.replace(/^\S+ triggers\./, ''))).toEqual([problem]);
  });
});

describe('loadModels', () => {
  it('refuses a file named otherwise than its model', () => {
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-models-'));
    writeFileSync(join(folder, 'other.yaml'), sample);
    expect(() => loadModels(folder)).toThrow('model is "spam-filter", but the file is named for "other"');
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
