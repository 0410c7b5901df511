import { z } from 'zod';
import { common, confidence, GroupsSchema } from './gate-fields.ts';

/** Shares of a group's rows, by which groups are compared. */
const gapRates = ['selection_rate', 'recall', 'false_positive_rate'] as const;

export const GapGateSchema = z.strictObject({
  kind: z.literal('gap').describe('Judges how far the challenger treats groups of rows differently.'),
  ...common,
  metric: z
    .enum(gapRates)
    .describe(
      'Rate that is compared: `selection_rate`, the share decided 1 (demographic parity), `recall` (equal opportunity), `false_positive_rate`; equalized odds are two gates, recall and false_positive_rate.',
    ),
  source: z
    .literal('predictions')
    .default('predictions')
    .describe('Rates of groups are computed from predictions.csv.'),
  slices: GroupsSchema.describe(
    'The groups: `minimumRows` counts those rows of a group that the rate is a share of, such as the rows of class 1 for recall.',
  ),
  atMost: z
    .number()
    .gt(0)
    .lt(1)
    .describe('The largest difference between any two groups that passes, between 0 and 1.'),
  confidence: confidence
    .default(0.95)
    .describe('Confidence of the interval of the largest difference, all of which must lie under the limit.'),
});
