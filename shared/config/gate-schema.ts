/**
 * The gates of a model file, with everything about them that can be found wrong before anything runs.
 *
 * Owns: shape, defaults, the text of the reference page. Does not own: what a gate decides (shared/gates).
 */
import { z } from 'zod';
import { severities } from '../domain/gate-report.ts';
import { findMetric, type MetricKind, metricNames, type Task } from './metric-catalog.ts';
import { suggest } from './suggest.ts';

/** Columns of predictions with a meaning of their own; every other column is a slice. */
export const reservedColumns: readonly string[] = ['id', 'label', 'challenger', 'champion', 'weight'];

const gateName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/,
    'a gate name: lower-case letters, digits and inner hyphens, 48 at most',
  );

const confidence = z
  .number()
  .refine(
    (value) => value > 0.5 && value <= 0.999,
    'a confidence above 0.5 and at most 0.999, such as 0.95 (95 as a share is 0.95)',
  );

const SlicesSchema = z.strictObject({
  by: z
    .string()
    .min(1)
    .refine((column) => !reservedColumns.includes(column), {
      error: ({ input }) =>
        `the column ${String(input)} has a meaning of its own; slice by another than ${reservedColumns.join(', ')}`,
    })
    .describe('Column of the predictions; each of its values is a slice.'),
  minimumRows: z.int().min(1).default(50).describe('A slice with fewer rows is too small to judge.'),
  tooSmall: z
    .enum(['inconclusive', 'ignore'])
    .default('inconclusive')
    .describe(
      'What a slice is that is too small, or in which the metric is undefined. `ignore` reports it and goes on.',
    ),
});

const common = {
  gate: gateName.describe('Name of the gate, shown in reports.'),
  metric: z
    .string()
    .min(1)
    .describe('Metric to judge: one of those in docs/gates.md, or one that the evaluation reports.'),
  source: z
    .enum(['predictions', 'reported'])
    .optional()
    .describe(
      'Where the numbers come from: computed from the predictions, or as the job reports them. When omitted, `predictions` for the metrics Ratchet computes and `reported` for others: a job does not grade itself unless the file says so.',
    ),
  severity: z
    .enum(severities)
    .default('block')
    .describe(
      'What the verdict does: `block` decides, `warn` is said in the report, `record` is a dry run. At least one gate must block.',
    ),
  minimumRows: z.int().min(1).default(30).describe('Fewer rows than this are inconclusive.'),
};
const slices = SlicesSchema.optional().describe(
  'Judges the rule in every slice of the rows, too, corrected for their number (Holm). Needs a confidence.',
);

const BoundGateSchema = z
  .strictObject({
    ...common,
    kind: z.literal('bound').describe('Judges the challenger alone.'),
    atLeast: z.number().optional().describe('The least value that passes.'),
    atMost: z.number().optional().describe('The greatest value that passes.'),
    confidence: confidence
      .optional()
      .describe(
        'With it, the whole interval of this confidence must lie on the right side of the bound, and one that holds the bound is inconclusive. Without it, the measured value decides as it is.',
      ),
    slices,
  })
  .superRefine((gate, context) => {
    for (const problem of findBoundProblems(gate)) context.addIssue({ code: 'custom', ...problem });
  });

const AgainstChampionGateSchema = z
  .strictObject({
    ...common,
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
      .default(0)
      .describe(
        "How much worse the challenger may be (non-inferiority), or must at least be better (superiority), in the metric's unit. Non-inferiority with a margin of 0 is superiority.",
      ),
    marginIs: z
      .enum(['absolute', 'relative'])
      .default('absolute')
      .describe("Whether the margin is in the metric's unit or a share of the champion's value."),
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

/** Shares of a group's rows, by which groups are compared. */
export const gapRates = ['selection_rate', 'recall', 'false_positive_rate'] as const;

const GapGateSchema = z.strictObject({
  ...common,
  kind: z.literal('gap').describe('Judges how far the challenger treats groups of rows differently.'),
  metric: z
    .enum(gapRates)
    .describe(
      'Rate that is compared: `selection_rate`, the share decided 1 (demographic parity), `recall` (equal opportunity), `false_positive_rate`; equalized odds are two gates, recall and false_positive_rate.',
    ),
  source: z
    .literal('predictions')
    .default('predictions')
    .describe('Rates of groups are computed from predictions.csv.'),
  slices: SlicesSchema.describe(
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

export const GatesSchema = z
  .array(z.discriminatedUnion('kind', [BoundGateSchema, AgainstChampionGateSchema, GapGateSchema]))
  .min(1)
  .superRefine((gates, context) => {
    for (const [index, { gate }] of gates.entries()) {
      if (gates.findIndex((other) => other.gate === gate) === index) continue;
      context.addIssue({ code: 'custom', path: [index, 'gate'], message: `a second gate named ${gate}` });
    }
    if (gates.every(({ severity }) => severity !== 'block')) {
      context.addIssue({ code: 'custom', message: 'no gate decides; give at least one severity: block' });
    }
  });

export type GateConfig = z.infer<typeof GatesSchema>[number];
export type BoundGate = Extract<GateConfig, { kind: 'bound' }>;
export type GapGate = Extract<GateConfig, { kind: 'gap' }>;
export type AgainstChampionGate = Extract<GateConfig, { kind: 'against-champion' }>;
/** A gate on one number of the challenger. */
export type MetricGate = BoundGate | AgainstChampionGate;

interface Problem {
  readonly path: PropertyKey[];
  readonly message: string;
}

/** Where a gate's numbers come from, said or not. */
export function sourceOf(gate: Pick<GateConfig, 'metric' | 'source'>): 'predictions' | 'reported' {
  return gate.source ?? (findMetric(gate.metric) ? 'predictions' : 'reported');
}

function* findBoundProblems(gate: z.infer<typeof BoundGateSchema>): Generator<Problem> {
  if ((gate.atLeast === undefined) === (gate.atMost === undefined)) {
    yield { path: [], message: 'give exactly one of atLeast and atMost' };
    return;
  }
  yield* findSourceProblems(gate, gate.confidence);
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
  if (kind.better === 'zero' || side !== wrong) return;
  const right = side === 'atMost' ? 'atLeast' : 'atMost';
  yield {
    path: [side],
    message: `${metric} is better when ${kind.better}: ${side} would pass the bad ones; did you mean ${right}?`,
  };
}

function* findComparisonProblems(gate: z.infer<typeof AgainstChampionGateSchema>): Generator<Problem> {
  yield* findSourceProblems(gate, gate.confidence);
  const kind = findMetric(gate.metric);
  if (!kind && gate.better === undefined) {
    const meant = suggest(gate.metric, metricNames);
    const message = `Ratchet does not compute ${gate.metric}${meant}; to compare a metric that the job reports, say which way is better: set better`;
    yield { path: ['metric'], message };
  }
  if (gate.better !== undefined) yield* findLikelyTypo(gate);
  if (kind && gate.better !== undefined && gate.better !== kind.better) {
    const message = `${gate.metric} is better when ${kind.better === 'zero' ? 'nearer to 0' : kind.better}; leave better out`;
    yield { path: ['better'], message };
  }
}

/** A name of nobody's that is nearly one of ours would be looked for among reported metrics, and never found. */
function* findLikelyTypo({ metric, source }: Pick<GateConfig, 'metric' | 'source'>): Generator<Problem> {
  const meant = source === undefined && !findMetric(metric) ? suggest(metric, metricNames) : '';
  if (meant === '') return;
  const message = `Ratchet does not compute ${metric}${meant}; for a metric that the job reports, set source: reported`;
  yield { path: ['metric'], message };
}

function* findSourceProblems(
  gate: { metric: string; source?: GateConfig['source']; slices?: unknown },
  confidenceGiven: number | undefined,
): Generator<Problem> {
  const known = findMetric(gate.metric) !== undefined;
  const reported = sourceOf(gate) === 'reported';
  if (gate.source === 'predictions' && !known) {
    const meant = suggest(gate.metric, metricNames);
    yield { path: ['metric'], message: `Ratchet does not compute ${gate.metric} from predictions${meant}` };
    return;
  }
  if (reported && gate.slices !== undefined) {
    yield {
      path: ['slices'],
      message: `${gate.metric} is a number the job reports: it has no rows to slice${suggest(gate.metric, metricNames)}`,
    };
  }
  if (!reported && gate.slices !== undefined && confidenceGiven === undefined) {
    yield { path: ['slices'], message: 'slices are judged by intervals; set confidence, such as 0.95' };
  }
  if (reported && confidenceGiven !== undefined && !('better' in gate || 'rule' in gate)) {
    yield {
      path: ['confidence'],
      message: `${gate.metric} is a number the job reports: without rows it has no interval; leave confidence out`,
    };
  }
}

/** Gates on metrics that the model's task does not have. */
export function* findTaskProblems(task: Task, gates: readonly GateConfig[]): Generator<Problem> {
  for (const [index, gate] of gates.entries()) {
    if (gate.kind === 'gap' && task !== 'binary') {
      const message = `gaps are between rates of binary models, and this one's task is ${task}`;
      yield { path: ['gates', index, 'kind'], message };
      continue;
    }
    const kind = findMetric(gate.metric);
    if (!kind || kind.tasks.includes(task) || sourceOf(gate) === 'reported') continue;
    const message = `${gate.metric} is a metric of ${kind.tasks.join(' and ')} models, and this one's task is ${task}`;
    yield { path: ['gates', index, 'metric'], message };
  }
}
