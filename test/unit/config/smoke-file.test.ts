/** Smoke requests in a file of their own: what is read, what is refused, and that they are a part of what is pinned. */
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModelFile } from '../../../shared/config/load.ts';
import { describeProblems } from '../../../shared/config/model-files.ts';
import { formatProblem } from '../../../shared/config/problem.ts';
import { watchModels } from '../../../shared/watch-models.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const withSmoke = (smoke: string) =>
  sample.replace(
    /release:\n(?: {2}.*\n)+/,
    `release:\n  target:\n    kind: online-endpoint\n    endpoint: front\n    instanceType: Standard_DS3_v2\n    smoke: ${smoke}\n  stages:\n    - { stage: production, kind: production }\n`,
  );

/** A folder of models with a model file of this smoke, and these files beside it. */
function folderOf(smoke: string, files: Readonly<Record<string, string | Buffer>> = {}): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'ratchet-smoke-')), 'models');
  mkdirSync(folder);
  writeFileSync(join(folder, 'spam-filter.yaml'), withSmoke(smoke));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

function read(smoke: string, files: Readonly<Record<string, string | Buffer>> = {}) {
  const parsed = readModelFile(join(folderOf(smoke, files), 'spam-filter.yaml'));
  if ('problems' in parsed) return { problems: describeProblems(parsed.problems) };
  return { smoke: parsed.model.config.release.target?.smoke, hash: parsed.model.configHash };
}

const line =
  withSmoke('x')
    .split('\n')
    .findIndex((row) => row.includes('smoke:')) + 1;
const lines = '{"text": "free money"}\n\n  {"text": "Äpfel"}\r\n[1]\n';
const requests = [{ text: 'free money' }, { text: 'Äpfel' }, [1]];

describe('smoke requests in a file', () => {
  it('are one a line, or a list, and then as if they stood in the model file', () => {
    const inline = read(`{ requests: ${JSON.stringify(requests)} }`);
    expect(inline.smoke).toEqual({ requests, versionAt: '/model/version' });
    expect(read('{ file: a.jsonl }', { 'a.jsonl': lines })).toEqual(inline);
    expect(read('{ file: a.json }', { 'a.json': JSON.stringify(requests, null, 2) })).toEqual(inline);
    expect(read('{ file: a.jsonl }', { 'a.jsonl': `\uFEFF${lines}` })).toEqual(inline);
  });

  it('are a part of what is pinned: others are another hash, and are read once the file has changed', async () => {
    const folder = folderOf('{ file: a.jsonl, versionAt: /v }', { 'a.jsonl': '1\n' });
    const models = watchModels();
    const now = async () => (await models(folder)).models.get('spam-filter')!;
    const before = await now();
    expect((await now()).configHash).toBe(before.configHash);
    writeFileSync(join(folder, 'a.jsonl'), '1\n2\n');
    const after = await now();
    expect(after.config.release.target?.smoke).toEqual({ requests: [1, 2], versionAt: '/v' });
    expect(after.configHash).not.toBe(before.configHash);
    // Broken, the model goes on as it last was.
    writeFileSync(join(folder, 'a.jsonl'), '{');
    expect(await now()).toEqual(after);
    expect([...(await models(folder)).broken.keys()]).toEqual(['spam-filter']);
  });

  it('may be kept elsewhere in the folder, as a mounted one is', () => {
    const folder = folderOf('{ file: a.jsonl }');
    mkdirSync(join(folder, '..data'));
    writeFileSync(join(folder, '..data', 'a.jsonl'), '1\n');
    symlinkSync(join('..data', 'a.jsonl'), join(folder, 'a.jsonl'));
    expect(readModelFile(join(folder, 'spam-filter.yaml'))).toHaveProperty('model');
  });

  it('are not read through a link that leads out of the folder', () => {
    const folder = folderOf('{ file: a.jsonl }');
    writeFileSync(join(folder, '..', 'secret.jsonl'), '1\n');
    symlinkSync(join('..', 'secret.jsonl'), join(folder, 'a.jsonl'));
    const parsed = readModelFile(join(folder, 'spam-filter.yaml'));
    expect('problems' in parsed && parsed.problems.map(formatProblem)).toEqual([
      `${folder}/spam-filter.yaml:${line}: release.target.smoke.file: a.jsonl is a link that leads out of the folder of the model file; put a file there`,
    ]);
  });

  const at = `models/spam-filter.yaml:${line}: release.target.smoke`;
  it.each<[string, string, Readonly<Record<string, string | Buffer>>, string]>([
    [
      'no file',
      '{ file: a.jsonl }',
      {},
      `${at}.file: there is no file a.jsonl beside the model file; add it, or correct the name`,
    ],
    [
      'no requests',
      '{ versionAt: /v }',
      {},
      `${at}: has no requests; give some in requests, or name a file with them`,
    ],
    [
      'an empty list',
      '{ requests: [] }',
      {},
      `${at}: has no requests; give some in requests, or name a file with them`,
    ],
    [
      'both',
      '{ requests: [1], file: a.jsonl }',
      {},
      `${at}: has requests and a file with requests; give one of the two`,
    ],
    [
      'no JSON on a line',
      '{ file: a.jsonl }',
      { 'a.jsonl': '1\n\nsecret\n' },
      'models/a.jsonl:3: is no JSON value; write each request on one line, and nothing else',
    ],
    [
      'no JSON',
      '{ file: a.json }',
      { 'a.json': '[secret' },
      'models/a.json:1: is no JSON; write a JSON list of requests, or name the file .jsonl and write one a line',
    ],
    [
      'no list',
      '{ file: a.json }',
      { 'a.json': '{"text": 1}' },
      'models/a.json:1: is no list; write a JSON list of requests, or name the file .jsonl and write one a line',
    ],
    [
      'an empty file',
      '{ file: a.jsonl }',
      { 'a.jsonl': '\n' },
      'models/a.jsonl: has 0 requests; give 1 to 20 that a deployment must answer',
    ],
    [
      'too many',
      '{ file: a.jsonl }',
      { 'a.jsonl': '1\n'.repeat(21) },
      'models/a.jsonl: has 21 requests; give 1 to 20 that a deployment must answer',
    ],
    [
      'too much',
      '{ file: a.json }',
      { 'a.json': JSON.stringify(['x'.repeat(65_536)]) },
      'models/a.json: has 65540 bytes, at most 65536 are smoke requests; leave some out',
    ],
    [
      'too deep',
      '{ file: a.json }',
      { 'a.json': `${'['.repeat(30_000)}${']'.repeat(30_000)}` },
      'models/a.json: has a request of more than 64 levels; give one that is less deep',
    ],
    [
      'UTF-16',
      '{ file: a.json }',
      { 'a.json': Buffer.from('[1]', 'utf16le') },
      'models/a.json:1: is UTF-16 or no text at all; save it as UTF-8',
    ],
  ])('are refused, with file, rule and next step: %s', (_what, smoke, files, message) => {
    expect(read(smoke, files)).toEqual({ problems: [message] });
  });

  it.each(['../a.jsonl', '/etc/a.json', 'sub/a.json', '.a.json', 'a.yaml', 'a.json\\n', 'C:a.json'])(
    'are only named by a file beside the model file: %s',
    (name) => {
      expect(read(`{ file: "${name}" }`).problems).toEqual([
        expect.stringContaining(
          `${at}.file: the name of a file beside the model file, such as spam-filter.smoke.jsonl`,
        ),
      ]);
    },
  );
});
