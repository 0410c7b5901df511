import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isHeldOut } from '../../../examples/spam-filter/holdout.ts';
import { blobPrefix, isNews } from '../../../examples/spam-filter/production.ts';

const run = promisify(execFile);
const code = fileURLToPath(new URL('../../../examples/spam-filter/', import.meta.url));
const holdoutShare = 0.4;
const rows = Array.from({ length: 60 }, (_, index) => ({
  id: `row-${index}`,
  source: index % 2 ? 'spam-1' : 'easy-ham-1',
  text: index % 2 ? `cheap pills number ${index}` : `meeting on monday, item ${index}`,
  label: index % 2,
}));
const heldOut = rows.filter((row) => isHeldOut(row.id, holdoutShare));

let folder: string;
const at = (name: string): string => join(folder, name);
const job = (script: string, ...args: string[]) =>
  run(process.execPath, [script, '--data', folder, '--manifest', at('manifest.json'), ...args], {
    cwd: code,
  });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spam-jobs-'));
  writeFileSync(at('a.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const partitions = [{ name: 'a.jsonl', etag: '1', bytes: 1 }];
  const manifest = {
    runId: 'r',
    model: 'spam-filter',
    train: partitions,
    evaluate: partitions,
    holdoutShare,
  };
  writeFileSync(at('manifest.json'), JSON.stringify(manifest));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the jobs of the sample model', () => {
  it('train on everything but the holdout and score nothing else', async () => {
    const { stdout } = await job('train.ts', '--out', at('model'), '--epochs', '3');
    expect(stdout).toContain(`${rows.length - heldOut.length} mails to learn from`);
    expect(stdout.match(/epoch \d\/3 loss \d\.\d+/g)).toHaveLength(3);

    await job('evaluate.ts', '--challenger', at('model'), '--champion', at('model'), '--out', at('evidence'));
    const [header, ...lines] = readFileSync(at('evidence/predictions.csv'), 'utf8').trim().split('\n');
    expect(header).toBe('id,label,challenger,champion,source');
    expect(lines.map((line) => line.split(',')[0])).toEqual(heldOut.map((row) => row.id));
  });

  it('leave the champion out of the evidence where there is none', async () => {
    await job('train.ts', '--out', at('first'));
    await job('evaluate.ts', '--challenger', at('first'), '--out', at('first-evidence'));
    const header = readFileSync(at('first-evidence/predictions.csv'), 'utf8').split('\n')[0];
    expect(header).toBe('id,label,challenger,source');
    const sizes = JSON.parse(readFileSync(at('first-evidence/metrics.json'), 'utf8'));
    expect(sizes).toEqual({ challenger: { size_bytes: 262_144 } });
  });

  it('fail with the reason when the data is of no use', async () => {
    writeFileSync(at('broken.jsonl'), '{"id": 7}\n');
    const manifest = { runId: 'r', train: [{ name: 'broken.jsonl' }], evaluate: [], holdoutShare };
    writeFileSync(at('broken.json'), JSON.stringify(manifest));
    const failing = run(
      process.execPath,
      ['train.ts', '--data', folder, '--manifest', at('broken.json'), '--out', at('x')],
      { cwd: code },
    );
    await expect(failing).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('broken.jsonl:1: a row needs the strings "id" and "text"'),
    });
  });
});

describe('a release notice', () => {
  const first = { releaseId: 'r1-production', releasedAt: '2002-08-15T00:00:00Z' };
  const second = { releaseId: 'r2-production', releasedAt: '2002-08-29T00:00:00Z' };

  it('is news once', () => {
    expect(isNews(first, [])).toBe(true);
    expect(isNews(second, [first])).toBe(true);
    expect(isNews(second, [first, second])).toBe(false);
    expect(isNews(first, [first])).toBe(false);
  });

  it('is no news when a newer release is in force', () => {
    expect(isNews({ ...first, releaseId: 'late' }, [second])).toBe(false);
  });
});

describe('the place of a model', () => {
  it('is read from the short and the long form of its address', () => {
    expect(blobPrefix('azureml://datastores/workspaceblobstore/paths/runs/r/model/')).toBe('runs/r/model/');
    expect(
      blobPrefix('azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/d/paths/runs/r/model'),
    ).toBe('runs/r/model/');
    expect(() => blobPrefix('https://example.com/model')).toThrow(/expected azureml:/);
  });
});
