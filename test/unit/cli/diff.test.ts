import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { commandOutputs } from '../../../cli/command-output-schema.ts';
import { compareConfigs } from '../../../cli/diff/compare-configs.ts';
import { describeField } from '../../../cli/diff/describe-field.ts';
import { main } from '../../../cli/main.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import { answering } from './answering.ts';
import { capturePrinted } from './printed.ts';

const { out, err } = capturePrinted();
const text = readFileSync('models/spam-filter.yaml', 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'diff-test-'));
const file = join(folder, 'spam-filter.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function configOf(yaml: string): unknown {
  const parsed = parseModelFile('spam-filter.yaml', yaml);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model.config;
}

const changed = text
  .replace('atLeast: 0.9\n', 'atLeast: 0.92\n')
  .replace('cooldown: P6D', 'cooldown: P3D')
  .replace(/ {2}- gate: every-source[\s\S]*?(?=\nrelease:)/, '')
  .replace('epochs: 6', 'epochs: 8');

describe('ratchet diff', () => {
  it('shows by path what the file here would change, and what each field means', async () => {
    writeFileSync(file, changed);
    await answering(
      { 'GET /api/models/spam-filter/file': [200, { configHash: 'x', config: configOf(text) }] },
      async (url) => {
        expect(await main(['diff', 'spam-filter', '--file', file, '--url', url])).toBe(1);
      },
    );
    const printed = out.join('\n');
    expect(printed).toContain('gates[accuracy-floor].atLeast: 0.9 → 0.92');
    expect(printed).toMatch(/gates\[every-source\]: \{.*\} → nothing/);
    expect(printed).toMatch(/policy\.cooldown: "P6D" → "P3D"\n {2}\S.*\./);
    expect(printed).toContain('training.settings.epochs: 6 → 8');
  });

  it('prints for programs what its schema says', async () => {
    writeFileSync(file, changed);
    await answering(
      { 'GET /api/models/spam-filter/file': [200, { configHash: 'x', config: configOf(text) }] },
      async (url) => {
        expect(await main(['diff', 'spam-filter', '--file', file, '--url', url, '--json'])).toBe(1);
      },
    );
    const { differences } = commandOutputs.diff.parse(JSON.parse(out.join('\n')));
    expect(differences).toContainEqual({ path: 'policy.cooldown', before: 'P6D', after: 'P3D' });
    out.length = 0;
    expect(await main(['validate', file, '--json'])).toBe(0);
    commandOutputs.validate.parse(JSON.parse(out.join('\n')));
  });

  it('finds nothing where only the words differ', async () => {
    writeFileSync(file, text.replaceAll(/ #.*$/gm, '').replace('task: binary\n', ''));
    await answering(
      { 'GET /api/runs/r-20260101-0a1b2c3d/model-file': [200, { configHash: 'x', config: configOf(text) }] },
      async (url) => {
        expect(
          await main(['diff', 'spam-filter', '--run', 'r-20260101-0a1b2c3d', '--file', file, '--url', url]),
        ).toBe(0);
      },
    );
    expect(out).toEqual([`Nothing differs: run r-20260101-0a1b2c3d, ${file}.`]);
  });

  it('says what there is nothing to compare with', async () => {
    expect(await main(['diff', 'nobody'])).toBe(2);
    expect(err[0]).toMatch(
      /there is no models.nobody\.yaml here: name a file with --file, or a run to compare with by --run/,
    );
    writeFileSync(file, text.replace('holdoutShare: 0.3', 'holdoutShare: 3'));
    await answering(
      { 'GET /api/models/spam-filter/file': [200, { configHash: 'x', config: {} }] },
      async (url) => {
        expect(await main(['diff', 'spam-filter', '--file', file, '--url', url])).toBe(3);
      },
    );
  });

  it('finds a difference exactly where values are not the same, in either direction', () => {
    const value = fc.jsonValue({ maxDepth: 4 }).map((made) => JSON.parse(JSON.stringify(made)) as unknown);
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(compareConfigs(a, a)).toEqual([]);
        const [forth, back] = [compareConfigs(a, b), compareConfigs(b, a)];
        expect(forth.map(({ path, before, after }) => [path, after, before])).toEqual(
          back.map(({ path, before, after }) => [path, before, after]),
        );
      }),
    );
  });

  it('tells named members of a list apart by their names, and their order by itself', () => {
    const [a, b] = [
      { gate: 'a', x: 1 },
      { gate: 'b', x: 2 },
    ];
    expect(compareConfigs({ gates: [a, b] }, { gates: [b, { ...a, x: 3 }] })).toEqual([
      { path: 'gates (order)', before: ['a', 'b'], after: ['b', 'a'] },
      { path: 'gates[a].x', before: 1, after: 3 },
    ]);
  });

  it('knows what every field of the sample model means', () => {
    const fields = compareConfigs({}, configOf(text)).map(({ path }) => path);
    expect(fields).toContain('policy');
    for (const path of [
      'policy.cooldown',
      'gates[x].confidence',
      'data.expect.columns',
      'release.stages[x].queue',
      'training.timeout',
    ])
      expect(describeField(path), path).toMatch(/\w+.*[.]$/);
    expect(describeField('no.such.field')).toBe('');
  });
});
