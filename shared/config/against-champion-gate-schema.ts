import { z } from 'zod';
import {
  common,
  confidence,
  findLikelyTypo,
  findPerClassProblems,
  findSourceProblems,
  minimumPerClass,
  type Problem,
  slices,
} from './gate-fields.ts';
import { findMetric, idealOf, type MetricKind } from './metric-catalog.ts';
import { suggestMetric } from './suggest-metric.ts';

export const AgainstChampionGateSchema = z
  .strictObject({
    ...common,
    minimumPerClass,
    kind: z
      .literal('against-champion')
      .describe(
        'Judges the challenger against the champion on the same rows. Passes by rule while there is no champion yet.',
      ),
    better: z
      .enum(['higher', 'lower'])
      .optional()
      .describe('Which way is better. Known for the metrics Ratchet computes; required for others.'),
    rule: z
      .enum(['non-inferiority', 'superiority'])
      .default('non-inferiority')
      .describe(
        'What the interval of the gain must show: that the challenger is worse by less than the margin, or better by more than it.',
      ),
    margin: z
      .number()
      .min(0)
      .max(1_000_000_000)
      .default(0)
      .describe(
        "How much worse the challenger may be (non-inferiority), or must at least be better (superiority), in the metric's unit. Non-inferiority with a margin of 0 is superiority.",
      ),
    marginIs: z
      .enum(['absolute', 'relative'])
      .default('absolute')
      .describe(
        "Whether the margin is in the metric's unit or a share of the champion's true value, whose own error then counts.",
      ),
    confidence: confidence
      .default(0.95)
      .describe(
        'Confidence of the interval: the least that is asked, at a first look (docs/gates.md, "Looking again"). Numbers reported by the job have no rows and are compared as they are.',
      ),
    slices,
  })
  .superRefine((gate, context) => {
    for (const problem of findComparisonProblems(gate)) context.addIssue({ code: 'custom', ...problem });
  });

function* findComparisonProblems(gate: z.infer<typeof AgainstChampionGateSchema>): Generator<Problem> {
  yield* findSourceProblems(gate, gate.confidence);
  yield* findPerClassProblems(gate);
  const kind = findMetric(gate.metric);
  if (!kind && gate.better === undefined) {
    const meant = suggestMetric(gate.metric);
    const message = `Ratchet does not compute ${gate.metric}${meant}; to compare a metric that the job reports, say which way is better: set better`;
    yield { path: ['metric'], message };
  }
  if (gate.better !== undefined) yield* findLikelyTypo(gate);
  if (kind) yield* findMarginProblems(gate, kind);
  if (kind && gate.better !== undefined && gate.better !== kind.better) {
    const ideal = idealOf(kind.better);
    const message = `${gate.metric} is better when ${ideal === null ? kind.better : `nearer to ${ideal}`}; leave better out`;
    yield { path: ['better'], message };
  }
}

/** A margin that every challenger keeps, or none: the gate would decide nothing. */
function* findMarginProblems(
  { metric, margin, marginIs, rule }: z.infer<typeof AgainstChampionGateSchema>,
  { lowest, highest, better }: MetricKind,
): Generator<Problem> {
  const difference = `no challenger is ${rule === 'superiority' ? 'better' : 'worse'} by`;
  if (marginIs === 'absolute') {
    const widest = idealOf(better) !== null ? Number.POSITIVE_INFINITY : highest - lowest;
    if (margin < widest) return;
    const meant = margin / 100 < widest ? `; did you mean ${margin / 100}?` : '';
    const message = `${metric} has values from ${lowest} to ${highest}: ${difference} more than ${widest}, and the margin is ${margin}${meant}`;
    yield { path: ['margin'], message };
    return;
  }
  if (better === 'one') {
    const message = `${metric} is better the nearer to 1, and a share of it no distance from there; give an absolute margin`;
    yield { path: ['marginIs'], message };
    return;
  }
  // Of a metric that is at least 0, more than all of its value cannot be lost, nor gained by becoming smaller.
  const isAll = rule === 'superiority' ? better === 'lower' : better === 'higher';
  if (lowest < 0 || !isAll || margin < 1) return;
  const meant = margin > 1 && margin / 100 < 1 ? `; did you mean ${margin / 100}?` : '';
  const message = `a relative margin is a share of the champion's value, and ${difference} more than all of it; the margin is ${margin}${meant}`;
  yield { path: ['margin'], message };
}
