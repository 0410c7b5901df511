import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import type { Trace, TraceSpan } from '../../../shared/domain/trace.ts';
import { answering } from './answering.ts';
import { capturePrinted } from './printed.ts';

const { out } = capturePrinted();
const runId = 'spam-filter-20260302-1f2e3d4c';
const span = (
  name: string,
  depth: number,
  afterMs: number,
  durationMs: number,
  error: string | null = null,
): TraceSpan => ({
  ...{ spanId: name, name, depth, durationMs, error, attributes: {}, links: [] },
  startedAt: new Date(Date.parse('2026-03-02T08:00:00.000Z') + afterMs).toISOString(),
});
const traceOf = (kind: Trace['kind'], id: string, spans: readonly TraceSpan[], isRead = true) => ({
  trace: { kind, id, traceId: 'a'.repeat(32), isRead, isCut: false, spans } satisfies Trace,
});

describe('ratchet trace', () => {
  it('draws each span where it lies on one axis of time', async () => {
    const spans = [
      span('run', 0, 0, 4_000),
      span('run train', 1, 0, 3_000),
      span('step submit-job', 1, 2_000, 500, 'no compute \u001b[2J'),
    ];
    await answering(
      { [`GET /api/traces/run/${runId}`]: [200, traceOf('run', runId, spans)] },
      async (url) => {
        expect(await main(['trace', runId, '--url', url])).toBe(0);
      },
    );
    const lines = stripVTControlCharacters(out.join('\n')).split('\n');
    expect(lines).toEqual([
      `run ${runId}  3 spans, 4.0 s from 2026-03-02T08:00:00.000Z`,
      `  run                ${'█'.repeat(32)}  +0 ms, took 4.0 s`,
      `    run train        ${'█'.repeat(24)}${' '.repeat(8)}  +0 ms, took 3.0 s`,
      expect.stringMatching(
        new RegExp(
          `^ {4}step submit-job {18}${'█'.repeat(4)} {12}  \\+2.0 s, took 500 ms  failed: no compute `,
        ),
      ),
      `trace ${'a'.repeat(32)}`,
    ]);
    expect(out.join('')).not.toContain('\u001b[2J');
  });

  it('tells signals, runs and releases apart by their ids', async () => {
    const signal = 'data:spam-filter:mail/2026-03.csv';
    const asked = await answering({}, async (url) => {
      for (const id of [signal, runId, `${runId}-release`]) await main(['trace', id, '--url', url]);
    });
    expect(asked.map(({ what }) => decodeURIComponent(what))).toEqual([
      `GET /api/traces/signal/${signal}`,
      `GET /api/traces/run/${runId}`,
      `GET /api/traces/release/${runId}-release`,
    ]);
  });

  it.each([
    [true, 'nothing of it is kept'],
    [false, 'start it with --traces, or set RATCHET_TRACES'],
  ])('says why there is nothing to show, and where else to look', async (isRead, why) => {
    const answers = { [`GET /api/traces/run/${runId}`]: [200, traceOf('run', runId, [], isRead)] } as const;
    await answering(answers, async (url) => {
      expect(await main(['trace', runId, '--url', url])).toBe(1);
    });
    expect(out.join('\n')).toContain(why);
    expect(out.join('\n')).toContain('a'.repeat(32));
  });
});
