import { z } from 'zod';

/** How a model's holdout spends its error: docs/gates.md, "Looking again". */
export const HoldoutSchema = z.strictObject({
  alpha: z
    .number()
    .gt(0)
    .lt(0.5)
    .optional()
    .describe(
      "Chance, over the whole life of the holdout, that a challenger which violates a gate's rule passes it. Omitted: what the gate's confidence leaves, 0.05 at 0.95.",
    ),
  looks: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'How often the holdout is to be looked at: each look may spend an equal share of alpha, and after the last no gate with a confidence passes on the same partitions. Omitted: any number of looks, the first of which asks what the gates say and later ones more and more.',
    ),
});
