/** Histories for tests: what happened, in the form of lines, and model files to play them under. */
import fc from 'fast-check';
import type { HistoryLine } from '../../../shared/backtest/history-schema.ts';
import { sortLines } from '../../../shared/backtest/read-history.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';

export const startMs = Date.parse('2026-01-01T00:00:00.000Z');
const hourMs = 3_600_000;

export const atHour = (hours: number): string => new Date(startMs + hours * hourMs).toISOString();

/** The tiny model with these `triggers` and this `policy`, as YAML in flow style. */
export function modelWith({ triggers, policy }: { triggers: string; policy: string }): PinnedModel {
  const text = `
model: tiny
data: { path: tiny/, evaluateOn: 1, expect: { columns: { id: { type: string } } } }
training: { command: 'node train.js --out \${{outputs.model}}', code: 'azureml:tiny:1', environment: 'azureml:node:24', compute: cpu, timeout: PT1H }
evaluation: { command: 'node evaluate.js --challenger \${{inputs.challenger}} --out \${{outputs.evidence}}', code: 'azureml:tiny:1', environment: 'azureml:node:24', compute: cpu, timeout: PT1H }
triggers: ${triggers}
policy: ${policy}
gates: [{ gate: floor, kind: bound, metric: accuracy, atLeast: 0.75 }]
release: { stages: [{ stage: production, channel: service-bus }] }
`;
  const parsed = parseModelFile('tiny.yaml', text);
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ message }) => message).join('\n'));
  return parsed.model;
}

export const assumed = {
  runLastsMs: null,
  runHours: null,
  runOutcome: 'released',
  pricePerHour: 2,
  unknownVersions: 'unknown',
} as const;

export const noFleet = { policy: null, models: ['tiny'] };

const anyHour = fc.integer({ min: 0, max: 60 * 24 }).map((hours) => hours / 2);

/** Any fact, at any half hour of a month. */
const anyLine: fc.Arbitrary<HistoryLine> = fc.oneof(
  fc
    .record({ hour: anyHour, accuracy: fc.constantFrom(0.95, 0.85, 0.7), version: fc.constantFrom('1', '2') })
    .map(
      ({ hour, accuracy, version }): HistoryLine => ({
        type: 'metrics',
        at: atHour(hour),
        report: { window: `w${hour}`, observedAt: atHour(hour), sample: 100, metrics: { accuracy } },
        version,
      }),
    ),
  fc.record({ hour: anyHour, name: fc.nat({ max: 50 }), rows: fc.constantFrom(null, 40, 400) }).map(
    ({ hour, name, rows }): HistoryLine => ({
      type: 'data',
      at: atHour(hour),
      file: { path: `tiny/${name}.csv`, etag: String(hour), bytes: 10 },
      rows,
      refused: rows === null ? 'it is broken' : null,
      observedAt: null,
      source: 'test',
    }),
  ),
  fc
    .record({ hour: anyHour, kind: fc.constantFrom('drift', 'manual', 'registry'), id: fc.nat({ max: 999 }) })
    .map(
      ({ hour, kind, id }): HistoryLine => ({
        type: 'signal',
        at: atHour(hour),
        signal: {
          id: `${kind}:tiny:${id}`,
          model: 'tiny',
          kind: kind as 'drift',
          observedAt: atHour(hour),
          source: 'test',
          summary: 'It asks.',
          evidence: {},
          ...(kind === 'drift' && { cause: 'drift:inputs' }),
        },
      }),
    ),
  anyHour.map(
    (hour): HistoryLine => ({
      ...{
        type: 'recovery',
        at: atHour(hour),
        cause: 'drift:inputs',
        observedAt: null,
        summary: 'It is good.',
      },
    }),
  ),
  fc.record({ hour: anyHour, action: fc.constantFrom('thaw', 'approve', 'stop', 'resume', 'freeze') }).map(
    ({ hour, action }): HistoryLine => ({
      ...{ type: 'operation', at: atHour(hour), by: 'jane', reason: 'because' },
      action: action === 'freeze' ? { action, until: atHour(hour + 20) } : { action: action as 'thaw' },
    }),
  ),
  fc
    .record({ hour: anyHour, lasts: fc.nat({ max: 40 }), id: fc.nat({ max: 9 }), own: fc.boolean() })
    .map(({ hour, lasts, id, own }): HistoryLine => {
      const model = own ? 'tiny' : 'other';
      return {
        ...{ type: 'run', at: atHour(hour), run: `${model}-20260101-0000000${id}`, outcome: 'released' },
        ...{ endedAt: atHour(hour + lasts), version: String(id), hours: 1 },
        ...(!own && { model }),
      };
    }),
  fc
    .record({ hour: anyHour, told: fc.nat({ max: 5 }), value: fc.constantFrom(0.95, 0.7) })
    .map(({ hour, told, value }): HistoryLine => {
      const scores = { '1': value, '2': value };
      return { type: 'scores', at: atHour(hour + told - 2), window: `w${hour}`, metric: 'accuracy', scores };
    }),
);

export const anyHistory = fc.array(anyLine, { minLength: 1, maxLength: 60 }).map(sortLines);

export const anyModel = fc
  .record({
    mode: fc.constantFrom('auto', 'auto', 'suggest', 'observe'),
    whileRunning: fc.constantFrom('join', 'queue', 'reject', 'restart'),
    cooldown: fc.constantFrom('PT0S', 'PT6H', 'P2D'),
    quietPeriod: fc.constantFrom('PT0S', 'PT3H'),
    minimumNewRows: fc.constantFrom(
      '',
      ', minimumNewRows: 100',
      ', rowsAfterChange: 100',
      ', advice: signal, rowsAfterChange: 60',
    ),
    most: fc.constantFrom(
      '',
      ', mostRuns: { count: 1, window: P2D }',
      ', budget: { window: P7D, computeHours: 6 }',
    ),
  })
  .map(({ mode, whileRunning, cooldown, quietPeriod, minimumNewRows, most }) =>
    modelWith({
      triggers:
        "{ metrics: [{ name: low, metric: accuracy, below: 0.9 }, { name: very-low, metric: accuracy, below: 0.8, breaches: 2, windows: 3 }], drift: true, data: true, registry: true, schedules: [{ name: weekly, cron: '0 6 * * 1' }], championAge: P10D, absences: [{ name: no-reports, of: metrics, for: P2D, retrain: true }, { name: no-data, of: data, for: PT20H, from: '2026-01-02T00:00:00Z' }] }",
      policy: `{ mode: ${mode}, whileRunning: ${whileRunning}, cooldown: ${cooldown}, quietPeriod: ${quietPeriod}${minimumNewRows}${most} }`,
    }),
  );
