import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import type { GateReport } from '../../../shared/domain/gate-report.ts';
import { capturePrinted } from './printed.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-gate-'));
const model = 'test/fixtures/tiny-model/models/tiny.yaml';
const { out, err } = capturePrinted();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** Rows of alternating truth; the first `wrong` of them the challenger has wrong. */
function predictions(rows: number, wrong: number, champion = ''): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const right = row % 2 === 0 ? 0.1 : 0.9;
    return `r${row},${row % 2},${row < wrong ? 1 - right : right},${champion && right}`;
  });
  return file(`${rows}-${wrong}${champion}.csv`, ['id,label,challenger,champion', ...lines].join('\n'));
}

describe('ratchet gate evaluate', () => {
  it.each([
    ['0 for passed', 0, () => [predictions(40, 0, 'champion')]],
    ['1 for failed', 1, () => [predictions(40, 38, 'champion')]],
    ['2 for inconclusive', 2, () => [predictions(3, 0, 'champion')]],
    ['3 for an error', 3, () => [predictions(40, 0)]],
    ['0 without a champion, where that is said', 0, () => [predictions(40, 0), '--no-champion']],
    ['3 for a file that is none', 3, () => [join(folder, 'nowhere.csv')]],
  ])('exits %s', async (_name, code, args) => {
    const [csv, ...more] = args();
    expect(await main(['gate', 'evaluate', '--model', model, '--predictions', csv!, ...more])).toBe(code);
  });

  it('shows the verdict, every rule and its arithmetic', async () => {
    await main(['gate', 'evaluate', '--model', model, '--predictions', predictions(40, 0, 'champion')]);
    const text = out.join('\n');
    expect(text).toContain('PASSED');
    expect(text).toContain('accuracy 1 >= 0.7500 (n=40)');
    expect(text).toContain("rule: accuracy worse than the champion's by less than 0.5, with 95 % confidence");
    expect(text).toContain('method: score interval of matched proportions (Tango)');
  });

  it('prints the report document with --json, the same for the same run', async () => {
    const args = ['gate', 'evaluate', '--model', model, '--json', '--run', 'tiny-20020902-1f2e3d4c'];
    for (const _ of [1, 2]) await main([...args, '--predictions', predictions(40, 2, 'champion')]);
    expect(JSON.parse(out[0]!) as GateReport).toMatchObject({
      runId: 'tiny-20020902-1f2e3d4c',
      verdict: 'passed',
      gates: [
        { gate: 'floor', severity: 'block' },
        { gate: 'not-worse', estimate: -0.05, n: 40 },
      ],
    });
    expect(out[1]).toBe(out[0]);
  });

  it('writes the report as a page with --html, beside what it prints', async () => {
    const page = join(folder, 'report.html');
    const args = ['gate', 'evaluate', '--model', model, '--predictions', predictions(40, 2, 'champion')];
    expect(await main([...args, '--html', page])).toBe(0);
    expect(out.join('\n')).toContain('PASSED');
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>.*looks at files are not counted/s);
    expect(await main([...args, '--html', join(folder, 'nowhere', 'report.html')])).toBe(3);
    expect(err[0]).toMatch(/cannot write .*report\.html: ENOENT.*; name a file in a folder that is there$/);
  });

  it('judges a later look by --look, and says which one it took', async () => {
    const args = ['gate', 'evaluate', '--model', model, '--predictions', predictions(40, 10, 'champion')];
    const judge = async (...more: string[]) => {
      out.length = 0;
      const code = await main([...args, ...more]);
      return [code, out.join('\n')] as const;
    };
    expect(await judge()).toMatchObject([
      0,
      expect.stringMatching(
        /note: judged as look 1 at this holdout: looks at files are not counted; set --look to say which one it is$/,
      ),
    ]);
    expect(await judge('--look', '200')).toMatchObject([
      2,
      expect.stringContaining('the holdout has been looked at 200 times, so that 99.99987'),
    ]);
    for (const bad of ['0', '1.5', 'often']) expect(await main([...args, '--look', bad])).toBe(3);
    expect(err[0]).toContain(
      '--look must be a whole number from 1 to 10000; found "0"; count this evaluation, too',
    );
  });

  it('reads Parquet where the name says so, and judges it as CSV', async () => {
    const csv = predictions(40, 2, 'champion');
    const cells = readFileSync(csv, 'utf8')
      .split('\n')
      .map((line) => line.split(','));
    const columnData = cells[0]!.map((name, at) => ({ name, data: cells.slice(1).map((row) => row[at]!) }));
    const parquet = file('40-2.PARQUET', '');
    writeFileSync(parquet, new Uint8Array(parquetWriteBuffer({ columnData })));
    for (const path of [csv, parquet]) {
      expect(await main(['gate', 'evaluate', '--model', model, '--json', '--predictions', path])).toBe(0);
    }
    expect(out[1]).toBe(out[0]);
    writeFileSync(parquet, 'PAR1');
    expect(await main(['gate', 'evaluate', '--model', model, '--predictions', parquet])).toBe(3);
    expect(out.join('\n')).toContain('40-2.PARQUET: cannot be read as Parquet: it is too short for Parquet');
  });

  it('reads the ids that training saw from --train-ids', async () => {
    const leak = file(
      'leak.yaml',
      readFileSync(model, 'utf8')
        .replace('model: tiny', 'model: leak')
        .replace('gates:', 'gates:\n  - { gate: no-leak, kind: data, overlap: { atMost: 0 } }'),
    );
    const args = ['gate', 'evaluate', '--model', leak, '--predictions', predictions(40, 0, 'champion')];
    const judge = async (...ids: string[]) =>
      main([...args, '--train-ids', file('train-ids.csv', ['id', ...ids].join('\n'))]);
    expect(await judge('t1', 't2')).toBe(0);
    expect(await judge('t1', 'r7')).toBe(1);
    expect(out.join('\n')).toContain('rows of the holdout among the 2 that training read: 1 > 0 (n=40)');
    expect(await main(args)).toBe(3);
    expect(out.join('\n')).toContain('train-ids.csv, the ids that training saw, is missing');
    expect(await main([...args, '--train-ids', join(folder, 'nowhere.csv')])).toBe(3);
  });

  it('shows slices by pairs of columns', async () => {
    const pairs = file(
      'pairs.yaml',
      readFileSync(model, 'utf8')
        .replace('model: tiny', 'model: pairs')
        .replace('atLeast: 0.75', 'atLeast: 0.5\n    confidence: 0.95\n    slices: { by: [week, source] }'),
    );
    const rows = Array.from(
      { length: 120 },
      (_, at) => `r${at},${at % 2},0.${at % 2 ? 9 : 1},3${at % 2},list`,
    );
    const csv = file('pairs.csv', ['id,label,challenger,week,source', ...rows].join('\n'));
    expect(await main(['gate', 'evaluate', '--model', pairs, '--predictions', csv, '--no-champion'])).toBe(0);
    expect(out.join('\n')).toContain('week and source: week=30, source=list  accuracy 1 >= 0.5000');
  });

  it('calls broken metrics.json an error of the evidence', async () => {
    const metrics = file('metrics.json', '{ broken');
    expect(await main(['gate', 'evaluate', '--model', model, '--metrics', metrics])).toBe(3);
    expect(out.join('\n')).toContain('metrics.json is not a JSON object');
  });

  it('exits 3, never 2, when asked wrongly', async () => {
    expect(await main(['gate', 'evaluate', '--model', model])).toBe(3);
    expect(err[0]).toContain('nothing to judge: give --predictions, --metrics or both');
    expect(await main(['gate', 'judge', '--nonsense'])).toBe(3);
    expect(await main(['gate'])).toBe(3);
  });

  it('reports what is wrong with the model file, with its line', async () => {
    const bad = file(
      'bad.yaml',
      'model: bad\ngates:\n  - { gate: a, kind: bound, metric: f1, atMost: 0.9 }\n',
    );
    const csv = predictions(40, 0, 'champion');
    expect(await main(['gate', 'evaluate', '--model', bad, '--predictions', csv])).toBe(3);
    expect(err.join('\n')).toMatch(/bad\.yaml:3: gates\.0\.atMost: f1 is better when higher/);
  });
});
