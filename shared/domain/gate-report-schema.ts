/**
 * The gate report as a published document: what `docs/schema/gate-report.schema.json` is made from.
 *
 * The types are those of gate-report.ts; a test holds both equal. Readers should pass over fields they do not know.
 */
import { z } from 'zod';
import { gateReportSchemaVersion, severities, verdicts } from './gate-report.ts';

const share = z.number().min(0).max(1);
const rows = z.int().min(0);

const finding = {
  sentence: z.string().describe('The rule and the arithmetic, for a person.'),
  challenger: z.number().nullable().describe("The challenger's value of the metric."),
  champion: z.number().nullable().describe("The champion's value of the metric."),
  estimate: z
    .number()
    .nullable()
    .describe("What the rule is about: the challenger's value, or its gain over the champion."),
  limit: z.number().nullable().describe('What the estimate is held against.'),
  interval: z
    .object({ low: z.number(), high: z.number(), confidence: share, method: z.string() })
    .nullable()
    .describe(
      'Confidence interval of the estimate; null where the measured value decides, or there is none.',
    ),
  test: z
    .object({ name: z.string(), pValue: share })
    .nullable()
    .describe('A classical test beside the interval; it does not decide.'),
  power: z
    .object({
      minimumDetectable: z
        .number()
        .nullable()
        .describe(
          'Least true distance from the limit that so many rows tell 8 times in 10; null where they are too uneven to tell any.',
        ),
      rowsToDecide: z
        .number()
        .nullable()
        .describe(
          'Rows that would decide if the truth is as measured; null where these did, and where no number would.',
        ),
    })
    .nullable(),
  n: rows.nullable().describe('Rows judged; null for a reported number.'),
  effectiveRows: z
    .number()
    .min(0)
    .nullable()
    .describe(
      'What those that the metric is of are worth, in independent rows of equal weight: by their weights (Kish), and by the design effect where rows depend on each other; null where no rows are judged.',
    ),
};

const SliceResultSchema = z.object({
  ...finding,
  slice: z.string().describe("Value of the slice's column."),
  verdict: z.enum([...verdicts, 'ignored']).describe('`ignored`: too small, and the gate lets that pass.'),
  harm: z
    .number()
    .nullable()
    .describe('How far the estimate lies on the wrong side of the limit; below 0 on the right one.'),
  corrected: z
    .object({ ruleBroken: share, ruleHolds: share })
    .nullable()
    .describe(
      'One-sided p-values of the rule not holding, as it is, since all slices must pass, and of it holding, corrected by Holm; of a gate that warns both corrected by Benjamini and Hochberg. In reports of version 1 the former was corrected by Holm, too.',
    ),
});

const GateResultSchema = z.object({
  ...finding,
  gate: z.string(),
  kind: z.enum(['bound', 'against-champion', 'gap', 'data']),
  metric: z.string(),
  severity: z.enum(severities).describe('Only `block` decides.'),
  rule: z.string().describe('The rule in words.'),
  verdict: z.enum(verdicts),
  holdout: z
    .object({ alphaSpent: share, confidenceAsked: share.nullable() })
    .nullable()
    .describe('What this look at the holdout asks of the gate; null where the gate makes no claim.'),
  unlabelled: z
    .object({ rows, low: z.number().nullable(), high: z.number().nullable() })
    .nullable()
    .describe(
      'Rows without a label, which are in no other number, and between what bounds the estimate over all rows lies whatever their labels are; null where every row has one.',
    ),
  slices: z
    .object({ by: z.string(), results: z.array(SliceResultSchema).describe('The most harmed first.') })
    .nullable(),
});

const HistogramSchema = z
  .object({ low: z.number(), high: z.number(), counts: z.array(rows).max(20) })
  .describe('Rows in bins of equal width; the outermost also count what lies beyond.');

const SideCurvesSchema = z.object({
  reliability: z
    .array(
      z.object({
        low: share,
        high: share,
        rows,
        meanScore: share.nullable(),
        shareTrue: share.nullable(),
      }),
    )
    .max(20)
    .nullable()
    .describe('The bins of `ece`: mean score and share true, weighted as the rows are.'),
  scores: z
    .object({ label0: HistogramSchema, label1: HistogramSchema })
    .nullable()
    .describe('Scores of the rows of either class of a binary model.'),
  residuals: HistogramSchema.nullable().describe('Score less label of a regression model.'),
});

export const GateReportSchema = z.object({
  schemaVersion: z
    .literal(gateReportSchemaVersion)
    .describe('Raised when a field changes its meaning or goes; fields may be added without.'),
  runId: z.string(),
  verdict: z.enum(verdicts).describe('The worst of the blocking gates; only `passed` releases anything.'),
  sentence: z.string().describe('Why the verdict is what it is.'),
  gates: z.array(GateResultSchema),
  rows: rows.nullable().describe('Rows judged; null when only reported metrics were at hand.'),
  dependence: z
    .object({
      kind: z.enum(['groups', 'order']),
      column: z.string(),
      groups: rows
        .nullable()
        .describe("How many groups the rows are; null by order, where blocks are each gate's own."),
    })
    .nullable()
    .describe(
      'The column that says which rows depend on each other; null where rows are taken for independent.',
    ),
  holdout: z
    .object({
      version: z.string().nullable().describe('Hash of the very rows; null for files without a run.'),
      look: z.int().min(1).describe('How often these rows have been looked at, this look included.'),
      share: share.describe('Share of the error that this look may spend.'),
      spent: share.describe('Share of the error that is spent after it.'),
    })
    .nullable()
    .describe('The look at the holdout that judging was; null where none is counted.'),
  evidence: z.enum(['predictions', 'metrics', 'none']).describe('Where the numbers come from.'),
  notes: z.array(z.string()),
  curves: z
    .object({ challenger: SideCurvesSchema, champion: SideCurvesSchema.nullable() })
    .nullable()
    .describe('How the scores of each side behave; null without predictions.'),
});
