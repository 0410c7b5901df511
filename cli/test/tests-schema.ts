/**
 * Tests of a policy: `models/NAME.tests.yaml`, beside the model file.
 *
 * Owns: the form of the file, and what its short forms stand for. Does not own: what is decided: the tests are played as a
 * backtest is.
 */
import { z } from 'zod';
import { type HistoryLine, HistoryLineSchema } from '../../shared/backtest/history-schema.ts';
import { durationPattern } from '../../shared/config/duration.ts';
import { admissionOutcomes, reasonCodes } from '../../shared/domain/decision.ts';
import { readIsoTime } from '../../shared/domain/iso-time.ts';

const time = z
  .string()
  .refine((text) => readIsoTime(text) !== null, 'expected an ISO 8601 time, such as 2026-03-01T06:00:00Z');
const word = z.string().min(1).max(500);

const shortForms = [
  z
    .strictObject({
      at: time,
      metrics: z.record(z.string(), z.number()),
      sample: z.int().min(0).default(1000),
    })
    .describe('A report of metrics, whose window is named by its time.'),
  z
    .strictObject({
      at: time,
      data: word,
      rows: z.int().min(0).nullable().default(null),
      bytes: z.int().min(1).default(1000),
      refused: z.string().optional(),
    })
    .describe('A file below the data path.'),
  z
    .strictObject({ at: time, drift: word })
    .describe('Drift that a monitor has found, by the name of its signal.'),
  z
    .strictObject({ at: time, request: word, reason: z.string().default('test') })
    .describe('A person requests a run.'),
  z.strictObject({ at: time, register: word }).describe('Somebody registers a version by hand.'),
  z.strictObject({ at: time, recovered: word }).describe('A cause is good again, such as drift:NAME.'),
  z.strictObject({ at: time, champion: word }).describe('The version that serves from then on.'),
  z
    .strictObject({ at: time, freeze: time.nullable() })
    .describe('An operator freezes the model until then; null: until it is thawed.'),
  z
    .strictObject({ at: time, operation: z.enum(['thaw', 'approve', 'stop', 'resume']) })
    .describe('What an operator does.'),
] as const;

const GivenSchema = z
  .union([...shortForms, HistoryLineSchema])
  .describe('A short form, or a line of a history as docs/backtest.md has it.');

const ExpectedSchema = z.strictObject({
  signal: word.describe(
    'The id of a signal, or its beginning up to a colon: metric:spam-filter:accuracy-low.',
  ),
  outcome: z.enum(admissionOutcomes).optional(),
  reason: z.enum(reasonCodes).optional(),
  at: time.optional().describe('When it is decided.'),
  waits: z.array(z.enum(reasonCodes)).optional().describe('What it waited for, in this order.'),
});

const TestSchema = z.strictObject({
  test: word.describe('What is expected, in a sentence.'),
  given: z.array(GivenSchema).min(1),
  until: time.optional().describe('How far it is played. Omitted: a day after the last of given.'),
  runs: z
    .strictObject({
      last: z
        .string()
        .regex(new RegExp(durationPattern), 'expected an ISO 8601 duration, such as PT2H')
        .default('PT1H'),
      end: z.enum(['released', 'gate-failed']).default('released'),
    })
    .prefault({})
    .describe('How long the runs take, and how they end.'),
  expect: z.strictObject({
    runs: z.int().min(0).optional().describe('How many runs start.'),
    decisions: z.array(ExpectedSchema).default([]),
  }),
});

export const TestsFileSchema = z.strictObject({ tests: z.array(TestSchema).min(1) });

export type PolicyTest = z.infer<typeof TestSchema>;
type Given = z.infer<typeof GivenSchema>;

/** The line that a short form stands for. */
export function lineOf(given: Given, model: string, dataPath: string): HistoryLine {
  const at = readIsoTime(given.at)!;
  if ('type' in given) return { ...given, at };
  if ('metrics' in given) {
    const { metrics, sample } = given;
    return { type: 'metrics', at, report: { window: at, observedAt: at, sample, metrics } };
  }
  if ('data' in given) {
    const { data, rows, bytes, refused = null } = given;
    return {
      type: 'data',
      at,
      file: { path: `${dataPath}${data}`, etag: at, bytes },
      rows,
      refused,
      observedAt: at,
      source: 'test',
    };
  }
  if ('recovered' in given)
    return {
      type: 'recovery',
      at,
      cause: given.recovered,
      observedAt: at,
      summary: `${given.recovered} is good again.`,
    };
  if ('champion' in given) return { type: 'champion', at, version: given.champion, run: null };
  const word = { type: 'operation', at, by: 'test', reason: 'test' } as const;
  if ('freeze' in given) return { ...word, action: { action: 'freeze', until: given.freeze } };
  if ('operation' in given) return { ...word, action: { action: given.operation } };
  return signalOf(given, model, at);
}

function signalOf(
  given: Extract<Given, { drift: string } | { request: string } | { register: string }>,
  model: string,
  at: string,
): HistoryLine {
  const told = { model, observedAt: at, evidence: {}, source: 'test' };
  if ('drift' in given) {
    const { drift } = given;
    const signal = {
      ...told,
      id: `drift:${model}:${drift}:${at}`,
      kind: 'drift',
      cause: `drift:${drift}`,
      summary: `Drift of ${drift}.`,
    } as const;
    return { type: 'signal', at, signal };
  }
  if ('register' in given) {
    const { register: version } = given;
    const summary = `Version ${version} was registered by hand.`;
    const signal = {
      ...told,
      id: `registry:${model}:${version}`,
      kind: 'registry',
      evidence: { version },
      summary,
    } as const;
    return { type: 'signal', at, signal };
  }
  const { request, reason } = given;
  const summary = `${request} requests a run: ${reason}`;
  const source = `person:${request}`;
  return {
    type: 'signal',
    at,
    signal: { ...told, id: `manual:${model}:${at}`, kind: 'manual', source, summary },
  };
}
