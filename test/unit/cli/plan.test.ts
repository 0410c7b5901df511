import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import type { GatePlan } from '../../../shared/gates/plan/plan-document.ts';
import { capturePrinted } from './printed.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-plan-'));
const model = 'test/fixtures/tiny-model/models/tiny.yaml';
const { out, err } = capturePrinted();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const plan = (...args: string[]) => main(['gate', 'plan', '--model', model, ...args]);

describe('ratchet gate plan', () => {
  it('prints a table, and what is said of each gate', async () => {
    expect(await plan('--rows', '100', '--challenger', '0.8')).toBe(0);
    const text = out.join('\n');
    expect(text).toContain('tiny: 100 rows, look 1');
    expect(text).toMatch(/^floor +– +0\.8 +0\.75 /m);
    expect(text).toContain(
      'a gain in accuracy of 0 against a limit of -0.5000 would pass over 99.9 % of the time',
    );
    expect(text).toContain('which is a guess: --disagreement says another');
  });

  it('prints the document with --json, and nothing else', async () => {
    expect(await plan('--rows', '100', '--json')).toBe(0);
    expect(JSON.parse(out.join('\n')) as GatePlan).toMatchObject({
      schemaVersion: 1,
      model: 'tiny',
      rows: 100,
      gates: [{ gate: 'floor' }, { gate: 'not-worse', confidenceAsked: 0.95 }],
    });
    expect(err).toEqual([]);
  });

  it('draws from the file of an earlier run, with progress on stderr', async () => {
    const lines = Array.from({ length: 40 }, (_, row) => `r${row},${row % 2},0.${row % 2 ? 9 : 1},0.9`);
    const file = join(folder, 'predictions.csv');
    writeFileSync(file, ['id,label,challenger,champion', ...lines].join('\n'));
    expect(await plan('--rows', '50', '--predictions', file, '--json')).toBe(0);
    expect(err[0]).toBe('gate floor: judging 200 holdouts of 50 rows');
    expect((JSON.parse(out.join('\n')) as GatePlan).positives).toBe(0.5);
  });

  it.each([
    [[], '--rows is missing: the number of rows the holdout would have'],
    [['--rows', 'many'], '--rows must be a whole number from 1 to 5000000; found "many"'],
    [['--rows', '-5'], '--rows'],
    [['--rows', '0'], '--rows must be a whole number from 1 to 5000000; found "0"'],
    [['--rows', '10', '--look', '1.5'], '--look must be a whole number from 1 to 10000; found "1.5"'],
    [
      ['--rows', '10', '--positives', '30'],
      '--positives must be a share above 0 and below 1; found "30"; did you mean 0.3?',
    ],
    [['--rows', '10', '--positives', 'NaN'], '--positives must be a share above 0 and below 1; found "NaN"'],
    [['--rows', '10', '--disagreement', '2'], '--disagreement must be a share from 0 to 1; found "2"'],
    [
      ['--rows', '10', '--challenger', '1.2'],
      '--challenger of accuracy must be a number from 0 to 1; found "1.2"',
    ],
    [
      ['--rows', '10', '--challenger', 'acuracy=0.9'],
      'no gate that this option applies to uses acuracy; did you mean "accuracy"?; they use accuracy',
    ],
    [
      ['--rows', '10', '--challenger', '0.9', '--challenger', 'accuracy=0.8'],
      '--challenger gives accuracy a second time; give it once',
    ],
    [['--rows', '10', '--predictions', 'nowhere.csv'], 'there is no file nowhere.csv'],
    [['--rows', '10', 'more'], 'gate plan takes options only; found "more"'],
  ])('exits 2 for %j', async (args, message) => {
    expect(await plan(...args)).toBe(2);
    expect(err.join('\n')).toContain(message);
    expect(out).toEqual([]);
  });

  it('exits 2 for a model file that is none', async () => {
    expect(await main(['gate', 'plan', '--model', join(folder, 'x.yaml'), '--rows', '5'])).toBe(2);
    expect(err[0]).toContain('; --model takes a model file, such as models/NAME.yaml');
  });
});
