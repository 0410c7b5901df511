import { z } from 'zod';
import { confidence, gateFields, judgedRowsAtMost, type Problem } from './gate-fields.ts';
import type { Task } from './metric-catalog.ts';

const share = z
  .number()
  .refine(
    (value) => value >= 0 && value <= 1,
    'a share of the rows, from 0 to 1, such as 0.3 (30 percent as a share is 0.3)',
  );

const LabelBalanceSchema = z.strictObject({
  class: z
    .union([z.string().min(1), z.number()], { error: 'a label: its text, or 0 or 1 of a binary model' })
    .transform(String)
    .describe(
      'The label whose share of the rows is judged: 0 or 1 of a binary model, or the name of a class.',
    ),
  atLeast: share.optional().describe('The least share that passes, from 0 to 1.'),
  atMost: share.optional().describe('The greatest share that passes, from 0 to 1.'),
});

export const DataGateSchema = z
  .strictObject({
    kind: z
      .literal('data')
      .describe(
        'Judges the rows that models are judged on: exactly one of rows, labelBalance, overlap and unlabelledShare.',
      ),
    ...gateFields,
    rows: z
      .strictObject({
        atLeast: z.int().min(1).max(judgedRowsAtMost).describe('The least number of rows that passes.'),
      })
      .optional()
      .describe('How many rows of predictions there must be.'),
    labelBalance: LabelBalanceSchema.optional().describe(
      'What share of the rows has a label. For binary and multiclass models.',
    ),
    overlap: z
      .strictObject({
        atMost: z
          .int('a whole number of rows, such as 0')
          .min(0, 'a whole number of rows, such as 0')
          .max(judgedRowsAtMost)
          .describe('How many rows may be among those that training saw; 0 lets none leak.'),
      })
      .optional()
      .describe(
        'Rows of the holdout that training saw, by the ids in `train-ids.csv` or `train-ids.parquet` of the evidence (docs/jobs.md). Without that file the gate is an error.',
      ),
    unlabelledShare: z
      .strictObject({
        atMost: share.describe('The largest share of the rows, from 0 to 1, that may be without a label.'),
        assume: z
          .literal('missing-at-random')
          .optional()
          .describe(
            'That labels are missing by chance, whatever they would be: then what the labelled rows show is what holds. When omitted nothing is supposed, and a gate passes only where it also does with the worst labels that rows without one could have; where nobody knows which these are it is `inconclusive`.',
          ),
      })
      .optional()
      .describe(
        'Rows without a label: with this rule they are allowed, other gates are judged on those that have one, and say between what bounds their metric lies whatever the others are, and pass only where they also would with the worst of them, unless `assume` says otherwise. Without it, one is an error of the file. Such a gate must block.',
      ),
    confidence: confidence
      .optional()
      .describe(
        'For labelBalance: with it, the whole exact interval of the share must lie within the bounds. Without it, the measured share decides as it is.',
      ),
  })
  .superRefine((gate, context) => {
    for (const problem of findDataProblems(gate)) context.addIssue({ code: 'custom', ...problem });
  });

const dataRules = ['rows', 'labelBalance', 'overlap', 'unlabelledShare'] as const;

type DataGate = z.infer<typeof DataGateSchema>;

function* findDataProblems(gate: DataGate): Generator<Problem> {
  const { labelBalance, confidence, severity } = gate;
  const [rule, ...more] = dataRules.filter((name) => gate[name] !== undefined);
  if (rule === undefined || more.length > 0) {
    const message =
      'give exactly one of rows, labelBalance, overlap and unlabelledShare; a second rule is a second gate';
    yield { path: [], message };
    return;
  }
  if (confidence !== undefined && !labelBalance) {
    const message = `${rule} is counted, not estimated: it has no interval; leave confidence out`;
    yield { path: ['confidence'], message };
  }
  if (rule === 'unlabelledShare' && severity !== 'block') {
    const message = `with ${severity} any share of rows without a label would be let through; let the gate block`;
    yield { path: ['severity'], message };
  }
  if (!labelBalance) return;
  const { atLeast, atMost } = labelBalance;
  if (atLeast === undefined && atMost === undefined) {
    yield {
      path: ['labelBalance'],
      message: 'without a bound every share passes; give atLeast, atMost or both',
    };
  }
  if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
    yield { path: ['labelBalance'], message: `no share is at least ${atLeast} and at most ${atMost}` };
  }
}

/** Labels that models of the task do not have. */
export function* findLabelProblems(task: Task, { labelBalance }: DataGate): Generator<Problem> {
  if (!labelBalance) return;
  if (task === 'regression') {
    const message = "shares are those of classes, and this one's task is regression";
    yield { path: ['labelBalance'], message };
  }
  if (task === 'binary' && !['0', '1'].includes(labelBalance.class)) {
    const message = `the labels of a binary model are 0 and 1, never ${labelBalance.class}`;
    yield { path: ['labelBalance', 'class'], message };
  }
}
