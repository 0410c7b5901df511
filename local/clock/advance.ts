import { setTimeout as sleep } from 'node:timers/promises';
import type { ClockReport } from './clock-endpoint.ts';

/**
 * Moves the virtual time of several processes together.
 *
 * Time stands still while any process works; when none does, it jumps to the next moment anybody waits for, until
 * `targetMs`. Quiet is believed only when two looks in a row at every process show nothing under way and nothing
 * begun between them: a message from one process to another counts as work at its sender until the receiver has it.
 *
 * `controls` are control roots such as `http://127.0.0.1:7071/admin/local`.
 */
export async function advanceTo(
  controls: readonly string[],
  targetMs: number,
  limitMs = 120_000,
): Promise<void> {
  const giveUpAt = Date.now() + limitMs;
  for (;;) {
    const reports = await untilQuiet(controls, giveUpAt);
    const waits = reports.flatMap((report) => (report.nextDue === null ? [] : [Date.parse(report.nextDue)]));
    const next = Math.min(targetMs, ...waits);
    const reached = reports.every((report) => Date.parse(report.now) >= next);
    if (reached && next >= targetMs) return;
    await Promise.all(controls.map((control) => putNow(control, next)));
  }
}

/** Resolves when every process has stood still for two looks in a row. */
export async function untilQuiet(
  controls: readonly string[],
  giveUpAt = Date.now() + 120_000,
): Promise<ClockReport[]> {
  let before = '';
  for (;;) {
    const reports = await Promise.all(controls.map(readClock));
    const idle = reports.every((report) => report.busy === 0);
    const counts = reports.map((report) => report.begun).join();
    if (idle && counts === before) return reports;
    before = idle ? counts : '';
    if (Date.now() > giveUpAt) {
      throw new Error(`virtual time cannot advance while work is under way: ${JSON.stringify(reports)}`);
    }
    await sleep(10);
  }
}

async function readClock(control: string): Promise<ClockReport> {
  const response = await fetch(`${control}/clock`);
  if (!response.ok) throw new Error(`${control}/clock answered ${response.status}`);
  return (await response.json()) as ClockReport;
}

async function putNow(control: string, nowMs: number): Promise<void> {
  const response = await fetch(`${control}/clock`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ now: new Date(nowMs).toISOString() }),
  });
  if (!response.ok) throw new Error(`${control}/clock answered ${response.status}: ${await response.text()}`);
}
