/**
 * A history that policies can be played over: one fact a line, as JSON.
 *
 * Owns: the form of the lines, documented in docs/backtest.md and docs/schema/history.schema.json.
 * Does not own: reading a file (read-history.ts), making one of a running service (write-history.ts).
 */
import { z } from 'zod';
import { admissionOutcomes, reasonCodes } from '../domain/decision.ts';
import { readIsoTime } from '../domain/iso-time.ts';
import { modes } from '../domain/model-state.ts';
import { runOutcomes } from '../domain/run.ts';
import { signalKinds } from '../domain/signal.ts';
import { MetricReportSchema } from '../signals/parse-metric-report.ts';

const time = z
  .string()
  .refine((text) => readIsoTime(text) !== null, 'expected an ISO 8601 time, such as 2026-03-01T06:00:00Z');
const word = z.string().min(1).max(500);
const at = time.describe('When the service was told of it, ISO 8601; a time without a zone is in UTC.');
const hours = z.number().min(0).max(1_000_000);
const standardError = z
  .number()
  .min(0)
  .nullable()
  .optional()
  .describe('Of the value. Omitted: it came without.');
const offered = z
  .record(z.string(), time)
  .optional()
  .describe('When each signal that came of it was first offered, by its id. Omitted: at once.');

const SignalSchema = z.strictObject({
  id: word,
  model: word,
  kind: z.enum(signalKinds),
  observedAt: time.nullable(),
  source: word,
  byMachine: z.literal(true).optional(),
  fresh: z.literal(true).optional(),
  summary: z.string(),
  evidence: z.record(z.string(), z.json()),
  cause: word.optional(),
  persistence: z.strictObject({ breaches: z.int().min(1), of: z.int().min(1) }).optional(),
  test: z
    .union([
      z.strictObject({
        p: z.number().min(0).max(1),
        alpha: z.number().min(0).max(1),
        evidence: z.array(z.number()).max(10),
        together: z.strictObject({ falseAlarms: z.number().positive(), rules: z.int().min(1) }).optional(),
      }),
      z.strictObject({ cannotSay: z.string() }),
    ])
    .optional(),
  newData: z.strictObject({ rows: z.int().min(0).nullable(), bytes: z.int().min(0) }).optional(),
});

const ActionSchema = z.union([
  z.strictObject({ action: z.literal('freeze'), until: time.nullable() }),
  z.strictObject({ action: z.enum(['thaw', 'approve', 'stop', 'resume']) }),
  z.strictObject({ action: z.literal('set-mode'), mode: z.enum([...modes, 'file']) }),
  z.strictObject({ action: z.literal('withdraw'), signal: word.nullable() }),
  z.strictObject({ action: z.literal('cancel-run'), runId: word }),
]);

const lines = [
  z
    .strictObject({
      type: z.literal('metrics'),
      at,
      report: MetricReportSchema.describe('As POST /api/models/{model}/metrics takes it.'),
      version: word.optional().describe('The version that the numbers are about, where it is known.'),
      offered,
    })
    .describe('A report of production metrics.'),
  z
    .strictObject({
      type: z.literal('scores'),
      at,
      window: word.describe('The window of a report of metrics.'),
      metric: word,
      scores: z
        .record(z.string(), z.number())
        .describe('The value that each version has, or would have had.'),
    })
    .describe('What other versions than the one that served are worth in a window.'),
  z
    .strictObject({
      type: z.literal('query'),
      at,
      rule: word,
      tick: time,
      window: word,
      value: z.number(),
      sample: z.number().nullable(),
      standardError,
      offered,
    })
    .describe('What a query of triggers.queries has found.'),
  z
    .strictObject({
      type: z.literal('run-metric'),
      at,
      rule: word,
      run: word.describe('Id of the run of production.'),
      observedAt: time.nullable(),
      value: z.number(),
      sample: z.number().nullable().optional().describe('Rows it is over. Omitted: nothing says so.'),
      standardError,
      offered,
    })
    .describe('What a run that a rule of triggers.runs watches has logged.'),
  z
    .strictObject({
      type: z.literal('data'),
      at,
      file: z.strictObject({ path: word, etag: word, bytes: z.int().min(1) }),
      rows: z.int().min(0).nullable().describe('Null: they were not counted.'),
      refused: z.string().nullable().default(null).describe('What is wrong with it; null: nothing.'),
      observedAt: time.nullable().default(null),
      source: word.default('history'),
    })
    .describe('A file that has come.'),
  z
    .strictObject({
      type: z.literal('event'),
      at,
      event: z.record(z.string(), z.unknown()).describe('In the Event Grid schema or CloudEvents 1.0.'),
    })
    .describe('An event of the workspace or the storage account.'),
  z
    .strictObject({
      type: z.literal('alert'),
      at,
      alert: z.looseObject({ data: z.looseObject({ essentials: z.looseObject({}) }) }),
    })
    .describe('An alert of Azure Monitor, in the common alert schema.'),
  z
    .strictObject({
      type: z.literal('signal'),
      at,
      signal: SignalSchema,
      rejected: z
        .strictObject({ reason: z.enum(reasonCodes), sentence: z.string(), changedBy: z.string() })
        .optional()
        .describe('Where the world did not agree with it: what it was answered. Omitted: it did.'),
    })
    .describe('A signal as it was offered: a request of a person, drift, an alert, a registration.'),
  z
    .strictObject({
      type: z.literal('recovery'),
      at,
      cause: word.describe('As the signals have it that it withdraws.'),
      observedAt: time.nullable(),
      summary: z.string(),
    })
    .describe('What was bad is good again.'),
  z
    .strictObject({ type: z.literal('operation'), at, action: ActionSchema, by: word, reason: z.string() })
    .describe('What an operator did; stop and resume are of the fleet.'),
  z
    .strictObject({
      type: z.literal('run'),
      at: time.describe('When it started.'),
      model: word.optional().describe('Another model of the fleet. Omitted: the model of the history.'),
      run: word.describe('Its id.'),
      endedAt: time.nullable(),
      outcome: z.enum(runOutcomes).nullable(),
      version: word.nullable().describe('The version it registered.'),
      hours: hours.nullable().describe('Hours of its jobs; null where nobody knows.'),
      kept: z.boolean().optional().describe('Whether its challenger was kept to be judged again.'),
    })
    .describe('A run that took place.'),
  z
    .strictObject({
      type: z.literal('version'),
      at: time.describe('What had come by then it was trained on.'),
      version: word,
    })
    .describe('A version that scores are known of, which no run of the history has trained.'),
  z
    .strictObject({
      type: z.literal('champion'),
      at,
      version: word,
      run: word.nullable().describe('The run that trained it; null: it was there before.'),
    })
    .describe('The version that serves from then on.'),
  z
    .strictObject({
      type: z.literal('episode'),
      at: time.describe('When it began.'),
      until: time,
      name: word,
    })
    .describe('A time in which the model was worse than it may be, as somebody knows it.'),
  z
    .strictObject({
      type: z.literal('decision'),
      at: time.describe('When it was decided.'),
      signal: word,
      outcome: z.enum(admissionOutcomes),
      reason: z.enum(reasonCodes),
      sentence: z.string(),
      run: word.nullable(),
      joined: word.nullable(),
      offeredAt: time,
      configHash: z.string(),
    })
    .describe('What the service decided then. It is compared with, and decides nothing.'),
  z
    .strictObject({
      type: z.literal('files'),
      at,
      model: z.record(z.string(), z.unknown()).describe('The model file, with every default filled in.'),
      fleet: z.record(z.string(), z.unknown()).nullable().describe('The fleet file; null: there is none.'),
      models: z.array(word).describe('Every model of the service.'),
      otherSureRules: z
        .int()
        .min(0)
        .optional()
        .describe(
          'Rules with a confidence of the other models, which falseAlarms of the fleet file counts. Omitted: none.',
        ),
    })
    .describe('The files that were in force at the end of the history: what is played without --policy.'),
  z
    .strictObject({ type: z.literal('end'), at })
    .describe('The history is whole up to then. Omitted: up to its last line.'),
] as const;

export const HistoryLineSchema = z
  .discriminatedUnion('type', lines)
  .describe('One line of a history for ratchet backtest, a JSON document each.');

export type HistoryLine = z.infer<typeof HistoryLineSchema>;
export type LineOf<Type extends HistoryLine['type']> = Extract<HistoryLine, { type: Type }>;
