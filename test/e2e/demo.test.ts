import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DemoReport } from '../../demo/report.ts';

const demo = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));
let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'demo-test-'));
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo with its temporary folders below `temporary`. `watch` sees standard error as it comes. */
function runDemo(
  args: readonly string[],
  watch: (stderr: string, end: () => void) => void = () => {},
): Promise<Ended> {
  const child = spawn(process.execPath, [demo, ...args], {
    env: { ...process.env, TMPDIR: temporary, NO_COLOR: '1' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
    watch(stderr, () => child.kill('SIGINT'));
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

describe('the demo', () => {
  it('sees the champion decay, retrains it and exits with 0', async () => {
    const { code, stdout, stderr } = await runDemo(['--json', '--weeks', '3']);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout) as DemoReport;
    expect(report).toMatchObject({ happened: true, missing: [] });
    expect(report.weeks.map((week) => [week.weekStart, week.n])).toEqual([
      ['2002-08-15', 323],
      ['2002-08-22', 529],
      ['2002-08-29', 271],
    ]);
    const [retraining, first] = report.runs;
    expect(first).toMatchObject({ signalKind: 'manual', verdict: 'passed', released: true });
    expect(retraining).toMatchObject({ signalKind: 'metric', verdict: 'passed', released: true });
    expect(report.weeks.map((week) => week.championVersion)).toEqual([
      first?.registeredVersion,
      first?.registeredVersion,
      retraining?.registeredVersion,
    ]);
    const last = report.weeks.at(-1)!;
    expect(last.accuracy).toBeGreaterThan(last.accuracyNeverRetrained!);
    expect(Object.values(report.decisions).reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(2);
    expect(readdirSync(temporary), 'the temporary home is removed').toEqual([]);
  });

  it('does not claim a retraining that did not happen', async () => {
    const { code, stdout } = await runDemo(['--json', '--weeks', '1']);
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as DemoReport).missing).toEqual([
      'no retraining after the first champion passed the gate and was released',
    ]);
  });

  it('cleans up when it is interrupted', async () => {
    const { code, stdout } = await runDemo(['--json'], (stderr, end) => {
      if (stderr.includes('The first champion')) end();
    });
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('explains a wrong option and exits with 2', async () => {
    const { code, stderr } = await runDemo(['--weeks', 'many']);
    expect(code).toBe(2);
    expect(stderr).toContain('--weeks: expected a whole number of at least 1, got "many"');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
