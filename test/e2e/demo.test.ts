import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DemoReport } from '../../demo/report.ts';
import type { Backtest } from '../../shared/backtest/backtest.ts';

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

/** Plays what the demo has recorded under the policy that it ran under. */
async function playBack(events: string): Promise<Backtest> {
  const command = fileURLToPath(new URL('../../cli/ratchet.js', import.meta.url));
  const args = [command, 'backtest', 'spam-filter', '--events', events, '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as Backtest;
}

describe('the demo', () => {
  it('plays the whole story with signals of every kind, holds and a refusal, and exits with 0', async () => {
    const kept = mkdtempSync(join(tmpdir(), 'demo-events-'));
    const events = join(kept, 'history.jsonl');
    const { code, stdout, stderr } = await runDemo(['--json', '--events', events]);
    expect(code, stderr).toBe(0);
    const { record } = await playBack(events).finally(() => rmSync(kept, { recursive: true }));
    expect(record!.same).toBeGreaterThan(25);
    // What else is decided otherwise when it is played again would be a fault of the backtest, or of what is recorded.
    const unexplained = record!.differences.filter(({ why }) => !/same millisecond/.test(why));
    expect(unexplained).toEqual([]);
    const report = JSON.parse(stdout) as DemoReport;
    expect(report).toMatchObject({ happened: true, missing: [] });
    expect(report.weeks).toHaveLength(16);
    expect(report.weeks.slice(0, 3).map((week) => [week.weekStart, week.n])).toEqual([
      ['2002-08-15', 323],
      ['2002-08-22', 529],
      ['2002-08-29', 271],
    ]);
    expect(report.runs.at(-1)).toMatchObject({ signalKind: 'manual', verdict: 'passed' });
    const [first, second, ...later] = report.releases.toReversed();
    expect(first).toMatchObject({ version: '1', state: 'settled', approvedBy: ['ben'] });
    // Its gates have passed, and its scoring code breaks on what its users send.
    expect(second).toMatchObject({
      ...{ version: '2', state: 'rolled-back', approvedBy: ['ben'] },
      sentence: expect.stringMatching(/Check errors failed: .* Version 1 answers again\.$/),
    });
    expect(report.runs.at(-2)).toMatchObject({ registeredVersion: '2', verdict: 'passed' });
    expect(later.map(({ state }) => state)).toContain('settled');
    expect(report.weeks[0]?.versions).toEqual(['1']);
    expect(report.weeks[1]).toMatchObject({ versions: ['1', '2'] });
    expect(report.weeks[1]!.failed).toBeGreaterThan(0);
    expect(report.weeks.slice(2).map(({ failed }) => failed)).toEqual(report.weeks.slice(2).map(() => 0));
    expect(report.weeks.at(-1)?.versions).not.toEqual(['1']);
    const registered = report.runs.flatMap(({ registeredVersion }) => registeredVersion ?? []);
    expect(registered.toReversed()).toEqual(registered.map((_, index) => String(index + 1)));
    expect(report.accuracy).toBeGreaterThan(report.accuracyNeverRetrained!);

    expect(Object.keys(report.answeredByRun).sort()).toEqual([
      'data',
      'drift',
      'manual',
      'metric',
      'schedule',
    ]);
    expect(report.held).toMatchObject({ freeze: 1, cooldown: 2 });
    expect(report.reasons.data).toMatchObject({ 'data-refused': 1 });
    expect(report.refusedFiles).toEqual([
      { file: 'mail/spam-filter/2002-09-19.csv', why: expect.stringContaining('column label: ') },
    ]);
    expect(report.decisions.deferred).toBe(0);
    for (const line of stderr.split('\n')) expect(line.length, line).toBeLessThanOrEqual(110);
    expect(readdirSync(temporary), 'the temporary home is removed').toEqual([]);
  }, 600_000);

  it('does not claim what did not happen', async () => {
    const { code, stdout } = await runDemo(['--json', '--weeks', '1']);
    expect(code).toBe(1);
    const { missing } = JSON.parse(stdout) as DemoReport;
    expect(missing).toContain('no signal was blocked by a freeze');
    expect(missing).toContain('no broken file was uploaded');
    expect(missing.join()).not.toContain('recorded decisions');
  }, 600_000);

  it('cleans up when it is interrupted', async () => {
    const { code, stdout } = await runDemo(['--json'], (stderr, end) => {
      if (stderr.includes('The first champion')) end();
    });
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(readdirSync(temporary)).toEqual([]);
  }, 600_000);

  it('explains a wrong option and exits with 2', async () => {
    const { code, stderr } = await runDemo(['--weeks', 'many']);
    expect(code).toBe(2);
    expect(stderr).toContain('--weeks: expected a whole number of at least 1, got "many"');
    expect(readdirSync(temporary)).toEqual([]);
  });
});
