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

export const BoundGateSchema = z
  .strictObject({
    ...common,
    minimumPerClass,
    kind: z.literal('bound').describe('Judges the challenger alone.'),
    atLeast: z.number().optional().describe('The least value that passes.'),
    atMost: z.number().optional().describe('The greatest value that passes.'),
    confidence: confidence
      .optional()
      .describe(
        'With it, the whole interval of this confidence must lie on the right side of the bound, and one that contains the bound is inconclusive. Without it, the measured value decides as it is.',
      ),
    slices,
  })
  .superRefine((gate, context) => {
    for (const problem of findBoundProblems(gate)) context.addIssue({ code: 'custom', ...problem });
  });

function* findBoundProblems(gate: z.infer<typeof BoundGateSchema>): Generator<Problem> {
  if ((gate.atLeast === undefined) === (gate.atMost === undefined)) {
    yield { path: [], message: 'give exactly one of atLeast and atMost' };
    return;
  }
  yield* findSourceProblems(gate, gate.confidence);
  yield* findPerClassProblems(gate);
  yield* findLikelyTypo(gate);
  const kind = findMetric(gate.metric);
  if (!kind) return;
  const side = gate.atLeast === undefined ? 'atMost' : 'atLeast';
  yield* findSideProblems(gate.metric, kind, side);
  const bound = gate[side]!;
  if (bound < kind.lowest || bound > kind.highest) {
    const inside = bound > 1 && bound / 100 <= kind.highest ? `; did you mean ${bound / 100}?` : '';
    const range = `${kind.lowest} to ${kind.highest}`;
    yield { path: [side], message: `${gate.metric} has values from ${range}, never ${bound}${inside}` };
  }
}

function* findSideProblems(metric: string, kind: MetricKind, side: 'atLeast' | 'atMost'): Generator<Problem> {
  const wrong = kind.better === 'higher' ? 'atMost' : 'atLeast';
  if (idealOf(kind.better) !== null || side !== wrong) return;
  const right = side === 'atMost' ? 'atLeast' : 'atMost';
  yield {
    path: [side],
    message: `${metric} is better when ${kind.better}: ${side} would pass the bad ones; did you mean ${right}?`,
  };
}
