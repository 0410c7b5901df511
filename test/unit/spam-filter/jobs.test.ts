import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toCsv } from '../../../examples/spam-filter/csv.ts';
import { isHeldOut } from '../../../examples/spam-filter/holdout.ts';
import { readBreach } from '../../../shared/signals/read-breach.ts';

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

const file = '2002-08-15-corrected.csv';

function csvOf(mails: readonly Readonly<Record<string, string | number>>[]): string {
  const columns = ['id', 'source', 'label', 'text'];
  return toCsv([columns, ...mails.map((mail) => columns.map((column) => String(mail[column])))]);
}

let folder: string;
const at = (name: string): string => join(folder, name);
const runJob = (env: NodeJS.ProcessEnv, script: string, ...args: string[]) =>
  run(process.execPath, [script, '--data', folder, '--manifest', at('manifest.json'), ...args], {
    cwd: code,
    env: { ...process.env, ...env },
  });
const job = (script: string, ...args: string[]) => runJob({}, script, ...args);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spam-jobs-'));
  writeFileSync(at(file), csvOf(rows));
  const partitions = [{ name: file, etag: '1', bytes: 1 }];
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
    expect(header).toBe('id,label,challenger,champion,source,week');
    expect(lines.map((line) => line.split(',')[0])).toEqual(heldOut.map((row) => row.id));
    expect(new Set(lines.map((line) => line.split(',').at(-1)))).toEqual(new Set(['2002-08-15']));
  });

  it('leave the champion out of the evidence where there is none', async () => {
    await job('train.ts', '--out', at('first'));
    await job('evaluate.ts', '--challenger', at('first'), '--out', at('first-evidence'));
    const header = readFileSync(at('first-evidence/predictions.csv'), 'utf8').split('\n')[0];
    expect(header).toBe('id,label,challenger,source,week');
    const sizes = JSON.parse(readFileSync(at('first-evidence/metrics.json'), 'utf8'));
    expect(sizes).toEqual({ challenger: { size_bytes: 262_144 } });
  });

  it('fail with the reason when the data is of no use', async () => {
    writeFileSync(at('broken.csv'), csvOf([{ id: 7, source: 'x', label: 'spam', text: 'x' }]));
    const manifest = { runId: 'r', train: [{ name: 'broken.csv' }], evaluate: [], holdoutShare };
    writeFileSync(at('broken.json'), JSON.stringify(manifest));
    const failing = run(
      process.execPath,
      ['train.ts', '--data', folder, '--manifest', at('broken.json'), '--out', at('x')],
      { cwd: code },
    );
    await expect(failing).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'broken.csv, row 1: a mail needs the columns id, source and text and a label of 0 or 1, got 7,x,spam,x',
      ),
    });
  });
});

describe('the monitor of the sample model', () => {
  const watch = (name: string) =>
    runJob(
      env(),
      'monitor.ts',
      ...['--file', name, '--signal', 'spam-filter_weekly_mail', '--threshold', '0.5'],
    );
  const server = createServer();
  const asked: string[] = [];
  const env = (): NodeJS.ProcessEnv => {
    const { port } = server.address() as AddressInfo;
    return { MLFLOW_TRACKING_URI: `http://127.0.0.1:${port}`, MLFLOW_RUN_ID: 'step' };
  };

  beforeAll(async () => {
    server.on('request', async (request, response) => {
      let body = '';
      for await (const part of request) body += String(part);
      asked.push(body);
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const shouting = rows.map((row) => ({ ...row, text: `${row.text.toUpperCase()} http://x http://y` }));
    writeFileSync(at('shouting.csv'), csvOf(shouting));
  });
  afterAll(() => server.close());

  it('marks its run with the text of Azure’s component where features drifted', async () => {
    asked.length = 0;
    await watch('shouting.csv');
    const tags = asked.flatMap(
      (body) => (JSON.parse(body) as { tags?: { key: string; value: string }[] }).tags ?? [],
    );
    const breach = readBreach(Object.fromEntries(tags.map(({ key, value }) => [key, value])));
    expect(breach?.monitorSignal).toBe('spam-filter_weekly_mail');
    expect(breach?.features.map(({ group }) => group).sort()).toEqual([
      'capitals',
      'digits',
      'length',
      'links',
    ]);
    for (const feature of breach?.features ?? []) {
      expect(feature).toMatchObject({ metric_name: 'PopulationStabilityIndex', threshold_value: 0.5 });
      expect(feature.metric_value).toBeGreaterThan(0.5);
    }
  });

  it('logs the index of each feature, and marks nothing, where nothing drifted', async () => {
    asked.length = 0;
    const { stdout } = await watch(file);
    expect(stdout.match(/population stability index 0\.000/g)).toHaveLength(6);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain('"key":"psi/links","value":0');
  });
});
