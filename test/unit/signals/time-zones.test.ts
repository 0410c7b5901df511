import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const tell = (TZ: string) =>
  execFileSync(process.execPath, ['test/fixtures/tell-event-ids.ts'], {
    encoding: 'utf8',
    env: { ...process.env, TZ },
  });

describe('what events, alerts and reports come to', () => {
  const inUtc = tell('UTC');

  it('is told of every payload, also of those without a zone', () => {
    expect(inUtc.split('\n').length).toBeGreaterThan(100);
    expect(inUtc).toContain('"observedAt":"2026-11-20T13:58:24.371Z"');
    expect(inUtc).toContain('"observedAt":"2026-03-29T02:30:00.000Z"');
    // What the local services take without a zone: 18:20:15 UTC.
    expect(inUtc.match(/ 1813083615000$/gm)).toHaveLength(3);
    expect(inUtc.match(/"type":"signal"/g)!.length).toBeGreaterThan(20);
  });

  // Behind and ahead of UTC, by half hours and across the date line; two of them have no 02:30 on one day in March.
  it.each(['America/New_York', 'Europe/Berlin', 'Asia/Kolkata', 'Pacific/Chatham', 'Pacific/Pago_Pago'])(
    'is the same in a process in %s',
    (zone) => expect(tell(zone)).toBe(inUtc),
  );
});
