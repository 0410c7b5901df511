/** What commands print with --json that is of their own making; answers of the service are in docs/api.md. */
import { z } from 'zod';
import { tasks } from '../shared/config/metric-catalog.ts';
import { admissionOutcomes } from '../shared/domain/decision.ts';
import { runOutcomes } from '../shared/domain/run.ts';
import { backtestOutput, testOutput } from './backtest/schema.ts';
import { languages } from './init/languages.ts';
import { upgradeOutput } from './upgrade/schema.ts';

const problem = z.looseObject({ file: z.string(), line: z.int(), path: z.string(), message: z.string() });
const finding = z.strictObject({
  check: z.string(),
  state: z.enum(['ok', 'warning', 'problem']),
  saw: z.string(),
  next: z.string().describe('Empty where there is nothing to do.'),
});

export const commandOutputs = {
  init: z.strictObject({
    model: z.string(),
    task: z.enum(tasks),
    language: z.enum(languages),
    target: z.string(),
    features: z.array(z.string()),
    leftOut: z.array(z.string()).describe('Columns of text that the skeleton does not learn from.'),
    files: z.array(z.string()),
    tried: z.strictObject({
      outcome: z.enum(['trained', 'failed', 'not-tried']),
      sentence: z.string(),
      verdict: z.enum(['passed', 'failed', 'inconclusive', 'error']).nullable(),
    }),
    next: z.array(z.string()).describe('The commands to go on with.'),
  }),
  validate: z.strictObject({
    valid: z.boolean(),
    files: z.array(z.string()),
    problems: z.array(problem),
    warnings: z.array(problem),
  }),
  watch: z
    .discriminatedUnion('event', [
      z.looseObject({ event: z.literal('request'), signalId: z.string(), repeated: z.boolean() }),
      z.strictObject({
        event: z.literal('decision'),
        decision: z.looseObject({
          outcome: z.enum(admissionOutcomes),
          sentence: z.string(),
          runId: z.string().nullable(),
        }),
      }),
      z.strictObject({
        event: z.literal('run'),
        run: z.looseObject({
          runId: z.string(),
          phase: z.string(),
          outcome: z.enum(runOutcomes).nullable(),
          sentence: z.string(),
        }),
        progress: z
          .looseObject({ phase: z.string(), since: z.string().nullable(), waits: z.string() })
          .nullable(),
      }),
      z.strictObject({ event: z.literal('waiting'), model: z.string(), sentence: z.string() }),
      z.strictObject({ event: z.literal('away'), problem: z.string() }),
    ])
    .describe('One for each line; also of request --watch.'),
  diff: z.strictObject({
    model: z.string(),
    from: z.string(),
    to: z.string(),
    differences: z.array(
      z.strictObject({
        path: z.string(),
        before: z.unknown().optional().describe('Absent where there was nothing.'),
        after: z.unknown().optional().describe('Absent where there is nothing any more.'),
      }),
    ),
  }),
  upgrade: upgradeOutput,
  backtest: backtestOutput,
  test: testOutput,
  doctor: z.strictObject({ healthy: z.boolean(), findings: z.array(finding) }),
  publish: z.strictObject({
    code: z.string(),
    outcome: z.enum(['published', 'already-there', 'already-there-with-other-code']),
    files: z.int(),
  }),
} as const;

export const CommandOutputSchema = z
  .object(commandOutputs)
  .partial()
  .describe('What `ratchet COMMAND --json` prints, by command.');
