import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '../../../shared/config/duration.ts';
import { formatProblem, loadModels, parseModelFile } from '../../../shared/config/load.ts';

const sample = readFileSync('models/spam-filter.yaml', 'utf8');

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
