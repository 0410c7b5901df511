/**
 * The fleet file: what holds for all models together.
 *
 * Owns: shape, units, defaults, the text of the reference page. Does not own: what it means (shared/admission/fleet.ts).
 */
import { z } from 'zod';
import { BudgetSchema } from './policy-schema.ts';

export const FleetSchema = z.strictObject({
  maximumConcurrentRuns: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe(
      'How many models may have a run under way at the same time. Of those that wait, who is below its share of the budget goes first, then the greatest `policy.priority`, to which each day of waiting adds one, then who has used the least for its share, then who has waited longest. Omitted: no such limit.',
    ),
  budget: BudgetSchema.optional().describe(
    'What all runs together may cost in a sliding window. Each model has a share of it. It may use more than its share as long as nobody who is below theirs waits. Omitted: no such limit.',
  ),
  falseAlarms: z
    .number()
    .positive()
    .max(10_000)
    .optional()
    .describe(
      'How many rules with a `confidence`, of all models together, may have a false alarm while their champions serve, in expectation: with 0.05 the chance of any is at most 5 %. The windows of each then have to make a fall so many times as likely as there are such rules for each of these; where its own confidence asks more, that counts. Omitted: each rule has its own confidence, and a false alarm somewhere is the more likely the more rules there are.',
    ),
  shares: z
    .record(z.string(), z.number().positive().max(1_000_000))
    .default({})
    .describe(
      'Weight of a model in the division of the budget, by its name. A model that is not listed has 1. One whose share is smaller than a run starts once in a window.',
    ),
});

export type FleetPolicy = z.infer<typeof FleetSchema>;
