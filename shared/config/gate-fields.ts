/** What gates of several kinds have in common: their fields, and what can be wrong with these. */
import { z } from 'zod';
import { severities } from '../domain/gate-report.ts';
import { findMetric, tasks } from './metric-catalog.ts';
import { classesOfMetric } from './metric-classes.ts';
import { suggestMetric } from './suggest-metric.ts';

/** Columns of predictions with a meaning of their own; every other column is a slice. */
export const reservedColumns: readonly string[] = ['id', 'label', 'challenger', 'champion', 'weight'];

/** As many rows of predictions as are judged at all: docs/jobs.md. */
export const judgedRowsAtMost = 5_000_000;

const gateName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/,
    'a gate name: lower-case letters, digits and inner hyphens, 48 at most',
  );

export const confidence = z
  .number()
  .refine(
    (value) => value > 0.5 && value <= 0.999,
    'a confidence above 0.5 and at most 0.999, such as 0.95 (95 as a share is 0.95)',
  );

const sliceColumn = z
  .string()
  .min(1)
  .refine((column) => !reservedColumns.includes(column), {
    error: ({ input }) =>
      `the column ${String(input)} has a meaning of its own; slice by another than ${reservedColumns.join(', ')}`,
  });

const wrongPair = 'two different columns, such as [source, week]; one column stands without a list';

/** A value as it stands in the file; of a number written with a point YAML would keep no more than its value. */
const sliceValue = z
  .union([z.string().max(1000), z.int()], {
    error:
      'a value of the column as it stands in the file: text, in quotes where YAML would read something else, or a whole number',
  })
  .transform(String);

const required = z
  .array(
    z.union([sliceValue, z.array(sliceValue).length(2)], {
      error:
        'a value of the column `by`; where that is a list of two, a pair of values in their order, such as [list, 34]',
    }),
  )
  .min(1, 'at least one value; leave require out where no slice must be there')
  .max(200)
  .optional()
  .describe(
    'Slices that must be there: values of the column `by`, or where it is a list of two pairs of values in their order, such as `[[list, 34], [shop, 34]]`. One that no row has makes the gate an error, one that is too small `inconclusive`, whatever `tooSmall` says. When omitted, the slices are those that the rows have.',
  );

const sliceFields = {
  by: z
    .union([sliceColumn, z.array(sliceColumn).length(2, { error: wrongPair })], {
      error: 'a column of the predictions, or a list of two',
    })
    .refine((by) => typeof by === 'string' || by[0] !== by[1], { error: wrongPair })
    .describe(
      'Column of the predictions, each of whose values is a slice; or a list of two, each pair of whose values is one.',
    ),
  require: required,
  minimumRows: z
    .int()
    .min(1)
    .max(judgedRowsAtMost)
    .default(50)
    .describe(
      'A slice with fewer rows is too small to judge. Rows are counted as by the `minimumRows` of the gate.',
    ),
  tooSmall: z
    .enum(['inconclusive', 'ignore'])
    .default('inconclusive')
    .describe(
      'What a slice is that is too small, or in which the metric is undefined. `ignore` reports it and goes on.',
    ),
};

interface Required {
  readonly by: string | readonly string[];
  readonly require?: readonly (string | readonly string[])[] | undefined;
}

function checkRequired({ by, require = [] }: Required, context: z.RefinementCtx): void {
  const pairs = typeof by !== 'string';
  for (const [index, value] of require.entries()) {
    if ((typeof value !== 'string') !== pairs) {
      const message = pairs
        ? `a pair of values of ${by.join(' and ')}, such as [${String(value)}, …]`
        : `one value of ${by}, not a list`;
      context.addIssue({ code: 'custom', path: ['require', index], message });
    }
    if (require.findIndex((other) => String(other) === String(value)) === index) continue;
    const message = `${JSON.stringify(value)} a second time`;
    context.addIssue({ code: 'custom', path: ['require', index], message });
  }
}

/** The groups of a gap. */
export const GroupsSchema = z.strictObject(sliceFields).superRefine(checkRequired);

const SlicesSchema = z
  .strictObject({
    ...sliceFields,
    minimumPerClass: z
      .int()
      .min(1)
      .max(judgedRowsAtMost)
      .optional()
      .describe(
        'The same in every slice, for metrics by class. When omitted, that of the gate, or else 10, or `minimumRows` where that is less.',
      ),
  })
  .superRefine(checkRequired);

/** Fields of every gate. */
export const gateFields = {
  gate: gateName.describe('Name of the gate, shown in reports.'),
  severity: z
    .enum(severities)
    .default('block')
    .describe(
      'What the verdict does: `block` decides, `warn` is said in the report, `record` is a dry run. At least one gate must block.',
    ),
};

/** Fields of gates on a model. */
export const common = {
  ...gateFields,
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
  minimumRows: z
    .int()
    .min(1)
    .max(judgedRowsAtMost)
    .default(30)
    .describe(
      'Fewer rows than this are inconclusive. Of a rate of one class those that it is a share of are counted (docs/gates.md); rows with weights count as so many of equal weight.',
    ),
};

export const minimumPerClass = z
  .int()
  .min(1)
  .max(judgedRowsAtMost)
  .optional()
  .describe(
    'For metrics by class (docs/gates.md): how many rows each class that the metric is about must have at least; fewer are inconclusive. When omitted 10, or `minimumRows` where that is less.',
  );

export const slices = SlicesSchema.optional().describe(
  'Judges the rule in every slice of the rows, too. All must hold, so none is corrected to pass; that one fails is corrected for their number (Holm), with severity `warn` both are (Benjamini and Hochberg). Needs a confidence.',
);

export interface Problem {
  readonly path: PropertyKey[];
  readonly message: string;
}

/** Where a gate says its numbers come from. */
interface SourceOfGate {
  readonly metric: string;
  readonly source?: 'predictions' | 'reported' | undefined;
}

/** Where a gate's numbers come from, said or not. */
export function sourceOf(gate: SourceOfGate): 'predictions' | 'reported' {
  return gate.source ?? (findMetric(gate.metric) ? 'predictions' : 'reported');
}

/** A name of nobody's that is nearly one of ours would be looked for among reported metrics, and never found. */
export function* findLikelyTypo({ metric, source }: SourceOfGate): Generator<Problem> {
  const meant = source === undefined && !findMetric(metric) ? suggestMetric(metric) : '';
  if (meant === '') return;
  const message = `Ratchet does not compute ${metric}${meant}; for a metric that the job reports, set source: reported`;
  yield { path: ['metric'], message };
}

export function* findSourceProblems(
  gate: SourceOfGate & { readonly slices?: unknown },
  confidenceGiven: number | undefined,
): Generator<Problem> {
  const known = findMetric(gate.metric) !== undefined;
  const reported = sourceOf(gate) === 'reported';
  if (gate.source === 'predictions' && !known) {
    const meant = suggestMetric(gate.metric);
    yield { path: ['metric'], message: `Ratchet does not compute ${gate.metric} from predictions${meant}` };
    return;
  }
  if (reported && gate.slices !== undefined) {
    yield {
      path: ['slices'],
      message: `${gate.metric} is a number the job reports: it has no rows to slice${suggestMetric(gate.metric)}`,
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

/** Classes need rows where a metric is about classes; elsewhere the field would do nothing. */
export function* findPerClassProblems(gate: {
  readonly metric: string;
  readonly minimumPerClass?: number | undefined;
  readonly slices?: { readonly minimumPerClass?: number | undefined } | undefined;
}): Generator<Problem> {
  const isByClass = tasks.some((task) => classesOfMetric(gate.metric, task) !== null);
  if (isByClass) return;
  const message = `${gate.metric} is not by class; leave minimumPerClass out, minimumRows counts its rows`;
  if (gate.minimumPerClass !== undefined) yield { path: ['minimumPerClass'], message };
  if (gate.slices?.minimumPerClass !== undefined) yield { path: ['slices', 'minimumPerClass'], message };
}
