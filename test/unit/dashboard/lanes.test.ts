import { describe, expect, it } from 'vitest';
import { eventsOf, lanes, marksOf, sayCheck } from '../../../dashboard/charts/lanes.ts';
import { type CheckRow, checkVerdicts } from '../../../shared/domain/check.ts';
import type { Timeline } from '../../../shared/domain/timeline.ts';

const check: CheckRow = {
  ...{
    rule: 'accuracy-low',
    kind: 'metric',
    model: 'tiny',
    at: '2026-03-02T00:00:00Z',
    source: 'metrics-api',
  },
  ...{ metric: 'accuracy', value: 0.8, limit: { side: 'below', value: 0.9 }, sample: 100, minimumSample: 20 },
  ...{
    window: '2026-W09',
    verdict: 'breached',
    sentence: 'accuracy 0.8 is below 0.9.',
    signalId: 'metric:tiny:a',
  },
};

const timeline: Timeline = {
  ...{
    model: 'tiny',
    at: '2026-03-05T00:00:00Z',
    from: '2026-03-01T00:00:00Z',
    until: '2026-03-05T00:00:00Z',
  },
  checks: [check, { ...check, at: '2026-03-01T12:00:00Z', verdict: 'fine', signalId: null }],
  decisions: [
    {
      ...{
        signalId: 'metric:tiny:a',
        kind: 'metric',
        source: 'metrics-api',
        summary: 'accuracy 0.8 is below 0.9.',
      },
      ...{ observedAt: null, offeredAt: '2026-03-02T00:00:00Z', decidedAt: '2026-03-02T00:00:01Z' },
      ...{
        outcome: 'rejected',
        reason: 'cooldown',
        sentence: 'Rejected.',
        changedBy: 'Admissible tomorrow.',
      },
      ...{ runId: null, joinedSignalId: null },
    },
  ],
  operations: [
    {
      id: 'o',
      at: '2026-03-03T00:00:00Z',
      action: 'freeze',
      by: 'ada',
      reason: 'audit',
      done: true,
      sentence: 'Frozen.',
    },
  ],
  runs: [
    {
      ...{
        from: '2026-03-04T00:00:00Z',
        until: null,
        runId: 'tiny-20260304-aaaaaaaa',
        kind: 'retrain',
        phase: 'train',
      },
      ...{ phases: [], outcome: null, verdict: null, sentence: '', version: null, released: false },
    },
  ],
  releases: [],
  holds: [
    { from: '2026-03-03T00:00:00Z', until: null, what: 'freeze', name: null, by: 'ada', reason: 'audit' },
  ],
  champions: [{ from: '2026-02-01T00:00:00Z', until: null, version: '3', runId: null, releaseId: null }],
  metrics: [
    {
      ...{ rule: 'accuracy-low', kind: 'metric', metric: 'accuracy', thinned: 0, limits: [] },
      samples: [{ at: '2026-03-02T00:00:00Z', value: 0.8, sample: 100, window: null, verdict: 'breached' }],
    },
  ],
  ...{ leftOut: [], before: null, changes: 't' },
};

describe('the lanes of a time line', () => {
  const events = eventsOf(timeline);

  it('hold everything that happened, the latest first, each under a name of its own', () => {
    expect(events).toHaveLength(7);
    expect(new Set(events.map(({ key }) => key)).size).toBe(7);
    const times = events.map(({ fromMs }) => fromMs);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    for (const { lane } of events) expect(lanes).toContain(lane);
  });

  it('draw a no as a cross, and say why and what would have changed it', () => {
    expect(events.find(({ lane }) => lane === 'decisions')).toMatchObject({
      ...{ shape: 'no', text: 'metric: no: rejected, cooldown' },
      sentence: 'accuracy 0.8 is below 0.9. Rejected. Admissible tomorrow.',
      href: '/api/ui/decisions/metric%3Atiny%3Aa',
    });
  });

  it('tell what goes on from what has no length', () => {
    expect(events.find(({ lane }) => lane === 'runs')).toMatchObject({
      untilMs: null,
      text: 'retrain: under way, train',
    });
    expect(events.find(({ lane }) => lane === 'champions')).toMatchObject({ untilMs: null });
    const [found] = events.filter(({ key }) => key.includes('accuracy-low'));
    expect(found?.untilMs).toBe(found?.fromMs);
  });

  it('show the checks that found nothing, too, but smaller', () => {
    const checks = events.filter(({ key }) => key.startsWith('check '));
    expect(checks.map(({ shape, href }) => [shape, href !== null])).toEqual([
      ['dot', true],
      ['small', false],
    ]);
    for (const verdict of checkVerdicts) expect(sayCheck(verdict).text).toMatch(/^[a-z ]+$/);
  });

  it('have the axis keep room for each of them, and for each sample', () => {
    const marks = marksOf(events, timeline);
    for (const iso of ['2026-03-03T00:00:00Z', '2026-03-04T00:00:00Z', '2026-03-02T00:00:00Z'])
      expect(marks).toContain(Date.parse(iso));
  });
});
