import { describe, expect, it } from 'vitest';
import { backtest } from '../../../shared/backtest/backtest.ts';
import { HistoryLineSchema } from '../../../shared/backtest/history-schema.ts';
import { writeHistory } from '../../../shared/backtest/write-history.ts';
import { FleetSchema } from '../../../shared/config/fleet-schema.ts';
import type { Decision } from '../../../shared/domain/decision.ts';
import type { Signal } from '../../../shared/domain/signal.ts';
import { assumed, atHour, modelWith, noFleet } from './histories.ts';

const pinned = modelWith({
  triggers:
    "{ metrics: [{ name: low, metric: accuracy, below: 0.9 }], queries: [{ name: slow, query: 'T', cron: '0 * * * *', above: 5 }], runs: [{ name: nightly, experiment: scoring, metric: recall, below: 0.8 }], drift: true }",
  policy: '{ cooldown: PT0S, quietPeriod: PT6H }',
});

function decided(
  signal: Partial<Signal> & Pick<Signal, 'id' | 'kind'>,
  hours: readonly [offered: number, decided: number],
  answer: Partial<Decision> & Pick<Decision, 'outcome' | 'reason'>,
): Decision {
  const told = {
    model: 'tiny',
    observedAt: atHour(hours[0]),
    source: 'metrics-api',
    summary: 'It is.',
    evidence: {},
  };
  return {
    signal: { ...told, ...signal },
    ...{
      sentence: 'So it was.',
      changedBy: '',
      runId: null,
      offerAgainAt: null,
      signals: [],
      freedRunId: null,
    },
    ...answer,
    ...{ offeredAt: atHour(hours[0]), decidedAt: atHour(hours[1]), configHash: pinned.configHash },
  };
}

const sample = (
  kind: 'metric' | 'query' | 'run',
  rule: string,
  metric: string,
  hour: number,
  value: number,
) =>
  ({
    kind,
    rule,
    metric,
    at: atHour(hour),
    value,
    sample: 100,
    window: kind === 'query' ? atHour(hour) : `w${hour}`,
    verdict: 'breached',
  }) as const;

describe('what a service has recorded, as a history', () => {
  const leader = 'drift:tiny:inputs';
  const waits = { outcome: 'coalesced', reason: 'wait-pending', joinedSignalId: leader } as const;
  const decisions: readonly Decision[] = [
    decided({ id: leader, kind: 'drift', source: 'event-grid', cause: 'drift:inputs' }, [1, 4], {
      ...{ outcome: 'rejected', reason: 'recovered' },
    }),
    decided(
      {
        id: `metric:tiny:slow:${atHour(1)}`,
        kind: 'metric',
        source: 'log-analytics',
        evidence: { tick: atHour(1) },
      },
      [1, 1],
      waits,
    ),
    decided(
      { id: 'metric:tiny:nightly:w2', kind: 'metric', source: 'mlflow', cause: 'run:nightly' },
      [2, 2],
      waits,
    ),
    decided({ id: 'drift:tiny:gone', kind: 'drift', source: 'event-grid', cause: 'drift:gone' }, [20, 20], {
      ...{ outcome: 'rejected', reason: 'drift-unconfirmed', sentence: 'The workspace has no run gone.' },
    }),
    decided(
      {
        id: 'data:tiny:tiny/1.csv:e1',
        kind: 'data',
        source: 'data-api',
        evidence: { path: 'tiny/1.csv', etag: 'e1', bytes: 9 },
      },
      [21, 21],
      { outcome: 'rejected', reason: 'data-refused', sentence: 'File tiny/1.csv is refused: it is broken' },
    ),
    decided({ id: 'schedule:tiny:weekly:x', kind: 'schedule', source: 'schedule' }, [22, 22], {
      ...{ outcome: 'rejected', reason: 'off' },
    }),
    decided(
      { id: 'absence:tiny:gone:x', kind: 'absence', cause: 'absence:gone', source: 'absence' },
      [22, 23],
      {
        ...{ outcome: 'rejected', reason: 'recovered' },
      },
    ),
  ];
  const samples = [
    sample('query', 'slow', 'value', 1, 9),
    sample('run', 'nightly', 'recall', 2, 0.5),
    { ...sample('query', 'slow', 'value', 3, 1), verdict: 'recovered' } as const,
    { ...sample('run', 'nightly', 'recall', 3, 0.9), verdict: 'recovered' } as const,
    { ...sample('metric', 'low', 'accuracy', 3, 0.95), verdict: 'fine' } as const,
  ];
  const recorded = {
    model: 'tiny',
    at: atHour(48),
    decisions,
    runs: [],
    operations: [],
    champions: [],
    samples,
  };
  const files = { model: pinned.config, fleet: null, models: ['tiny'] };
  const lines = writeHistory(recorded, files);

  it('has every line in the form that is documented', () => {
    for (const line of lines)
      expect(HistoryLineSchema.safeParse(JSON.parse(JSON.stringify(line))).error).toBeUndefined();
    expect(lines.at(-1)).toEqual({ type: 'end', at: atHour(48) });
  });

  it('makes each fact of the record that is nearest to it, and none of what is found anew', () => {
    const facts = lines.filter(({ type }) => !['decision', 'files', 'end'].includes(type));
    expect(facts.map((line) => [line.type, line.at])).toEqual([
      ['signal', atHour(1)],
      ['query', atHour(1)],
      ['run-metric', atHour(2)],
      ['metrics', atHour(3)],
      ['query', atHour(3)],
      ['run-metric', atHour(3)],
      ['recovery', atHour(4)],
      ['signal', atHour(20)],
      ['data', atHour(21)],
    ]);
    expect(facts[0]).not.toHaveProperty('rejected');
    expect(facts[6]).toMatchObject({ cause: 'drift:inputs' });
    expect(facts[7]).toMatchObject({ rejected: { reason: 'drift-unconfirmed' } });
    expect(facts[8]).toMatchObject({ refused: 'it is broken', rows: null });
  });

  it('is played through the same parsers: what queries, runs and drift ask', () => {
    const found = backtest({
      ...{ lines, policies: [{ name: 'in force', pinned }], fleet: noFleet, assumptions: assumed },
      ...{ from: null, until: null, measure: null },
    });
    const [policy] = found.policies;
    expect(policy!.ignored).toEqual([{ what: 'file of a model that takes no data signals', times: 1 }]);
    expect(policy!.signals).toContainEqual({ outcome: 'rejected', reason: 'drift-unconfirmed', signals: 1 });
    expect(policy!.signals).toContainEqual({ outcome: 'coalesced', reason: 'wait-pending', signals: 2 });
    // Nothing here listens to data, and there is no schedule.
    expect(found.record!.differences.map(({ signalId }) => signalId.split(':')[0])).toEqual([
      'data',
      'schedule',
      'absence',
    ]);
    expect(found.record!.same).toBe(4);
  });

  it('keeps standard errors, and has what was inconclusive offered when it was', () => {
    const sure = modelWith({
      triggers:
        "{ metrics: [{ name: low, metric: recall, below: 0.9, confidence: 0.95 }], queries: [{ name: slow, query: 'T', cron: '0 * * * *', above: 5, standardError: se, confidence: 0.95 }], runs: [{ name: nightly, experiment: scoring, metric: recall, below: 0.8, sample: n, standardError: se, confidence: 0.95 }] }",
      policy: '{ cooldown: PT0S, mode: observe }',
    });
    const unsure = (id: string, offered: number) =>
      decided({ id, kind: 'metric' }, [offered, offered], { outcome: 'rejected', reason: 'inconclusive' });
    const told = writeHistory(
      {
        ...recorded,
        decisions: [
          unsure('metric:tiny:low:w3', 5),
          unsure(`metric:tiny:slow:${atHour(4)}`, 6),
          unsure('metric:tiny:nightly:w5', 7),
        ],
        samples: [
          { ...sample('metric', 'low', 'recall', 3, 0.88), standardError: 0.1, verdict: 'inconclusive' },
          { ...sample('query', 'slow', 'value', 4, 6), standardError: 2, verdict: 'inconclusive' },
          { ...sample('run', 'nightly', 'recall', 5, 0.7), standardError: 0.2, verdict: 'inconclusive' },
        ],
      },
      files,
    );
    expect(told.filter(({ type }) => ['metrics', 'query', 'run-metric'].includes(type))).toMatchObject([
      { at: atHour(5), report: { metrics: { recall: 0.88 }, standardErrors: { recall: 0.1 } } },
      { at: atHour(6), value: 6, standardError: 2 },
      { at: atHour(7), value: 0.7, sample: 100, standardError: 0.2 },
    ]);
    for (const line of told) expect(HistoryLineSchema.safeParse(line).error).toBeUndefined();
    const found = backtest({
      ...{ lines: told, policies: [{ name: 'sure', pinned: sure }], fleet: noFleet, assumptions: assumed },
      ...{ from: null, until: null, measure: null },
    });
    expect(found.policies[0]!.signals).toEqual([{ outcome: 'rejected', reason: 'inconclusive', signals: 3 }]);
    expect(found.record).toMatchObject({ same: 3, differences: [] });
  });

  it('holds rules to what the fleet file promises of all, those of other models included', () => {
    const sure = modelWith({
      triggers: '{ metrics: [{ name: low, metric: accuracy, below: 0.9, confidence: 0.95 }] }',
      policy: '{ cooldown: PT0S, mode: observe }',
    });
    const report = { window: 'w', observedAt: atHour(1), sample: 100, metrics: { accuracy: 0.75 } };
    const line = { type: 'metrics', at: atHour(1), report } as const;
    const reasonOf = (falseAlarms: number | undefined, otherSureRules: number) => {
      const fleet = { policy: FleetSchema.parse({ falseAlarms }), models: ['tiny'], otherSureRules };
      const found = backtest({
        ...{ lines: [line], policies: [{ name: 'sure', pinned: sure }], fleet, assumptions: assumed },
        ...{ from: null, until: null, measure: null },
      });
      return found.policies[0]!.signals.map(({ reason }) => reason);
    };
    expect(reasonOf(undefined, 2_999)).toEqual(['observed']);
    expect(reasonOf(0.05, 0)).toEqual(['observed']);
    expect(reasonOf(0.05, 2_999)).toEqual(['inconclusive']);
  });

  it('says first what others joined, where they came in the same millisecond', () => {
    const [first] = decisions;
    const same = { ...decisions[1]!, offeredAt: atHour(1) };
    const told = writeHistory({ ...recorded, samples: [], decisions: [same, first!] }, files);
    expect(
      told
        .filter(({ type }) => type === 'signal')
        .map((line) => 'signal' in line && (line.signal as Signal).id),
    ).toEqual([leader, `metric:tiny:slow:${atHour(1)}`]);
  });
});
