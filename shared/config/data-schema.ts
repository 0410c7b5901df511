/**
 * What the model file says of uploaded data: what is expected of a file, and when new data asks for a run.
 *
 * Owns: shape, units, defaults, the text of the reference page. Does not own: holding a file against it (shared/data).
 */
import { z } from 'zod';
import { rowsAtMost } from './fields.ts';
import { suggest } from './suggest.ts';

const columnTypes = ['number', 'integer', 'string', 'boolean', 'time'] as const;
export type ColumnType = (typeof columnTypes)[number];

const ColumnSchema = z
  .strictObject({
    type: z
      .enum(columnTypes)
      .describe(
        'What each value must be: a finite number, a whole number, text, true or false, or a time in ISO 8601.',
      ),
    nullShare: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe(
        'Largest share of the values that may be missing, between 0 and 1. Omitted: none may be. An empty field, an empty text, null and NaN are missing.',
      ),
    atLeast: z.number().optional().describe('Smallest value, for numbers.'),
    atMost: z.number().optional().describe('Largest value, for numbers.'),
    oneOf: z
      .array(z.string().min(1))
      .min(1)
      .max(1000)
      .optional()
      .describe('The values there may be, for text.'),
  })
  .superRefine(({ type, atLeast, atMost, oneOf }, context) => {
    const isNumeric = type === 'number' || type === 'integer';
    const add = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (atLeast !== undefined && !isNumeric)
      add('atLeast', `only numbers have a least; the column is ${type}`);
    if (atMost !== undefined && !isNumeric) add('atMost', `only numbers have a most; the column is ${type}`);
    if (oneOf !== undefined && type !== 'string') add('oneOf', `only text has a list; the column is ${type}`);
    if (atLeast !== undefined && atMost !== undefined && atLeast > atMost) {
      add('atMost', `at most ${atMost} and at least ${atLeast}: no value is both`);
    }
  });

export const ExpectationsSchema = z
  .strictObject({
    columns: z
      .record(
        z
          .string()
          .min(1, 'the name of a column is not empty')
          .max(200, 'the name of a column: 200 characters at most'),
        ColumnSchema,
      )
      .default({})
      .describe('Columns that every file must have, by name, in any order.'),
    otherColumns: z
      .enum(['allow', 'refuse'])
      .default('allow')
      .describe('What becomes of a file with further columns.'),
    rows: z
      .strictObject({
        atLeast: z.int().min(0).max(rowsAtMost).default(1).describe('Fewest rows of a file.'),
        atMost: z.int().min(0).max(rowsAtMost).optional().describe('Most rows of a file. Omitted: no limit.'),
      })
      .refine(
        ({ atLeast, atMost }) => atMost === undefined || atMost >= atLeast,
        'atMost is below atLeast: no file has so many rows',
      )
      .prefault({})
      .describe('How many rows a file may have.'),
    unique: z
      .array(z.string())
      .max(20)
      .default([])
      .describe(
        'Columns that together tell the rows of a file apart: no two rows have the same values in all of them. Rows in which one is missing are not compared.',
      ),
  })
  .superRefine(({ columns, unique }, context) => {
    const known = Object.keys(columns);
    for (const [index, name] of unique.entries()) {
      const path = ['unique', index];
      if (!known.includes(name)) {
        const message = `column ${JSON.stringify(name)} is not in columns${suggest(name, known)}`;
        context.addIssue({ code: 'custom', path, message });
      } else if (unique.indexOf(name) < index) {
        context.addIssue({
          code: 'custom',
          path,
          message: `column ${JSON.stringify(name)} stands there twice`,
        });
      }
    }
  });

export type Expectations = z.infer<typeof ExpectationsSchema>;
export type ColumnExpectation = Expectations['columns'][string];

const DataAmountSchema = z
  .strictObject({
    minimumRows: z
      .int()
      .min(1)
      .max(rowsAtMost)
      .optional()
      .describe(
        'New rows since the last run started, all new files together, before data requests a run. Needs data.expect: only a file that is checked has its rows counted.',
      ),
    minimumBytes: z
      .int()
      .min(1)
      .max(Number.MAX_SAFE_INTEGER)
      .optional()
      .describe('New bytes since the last run started, all new files together, before data requests a run.'),
  })
  .refine(
    ({ minimumRows, minimumBytes }) => minimumRows !== undefined || minimumBytes !== undefined,
    'give minimumRows, minimumBytes or both; true listens to every file',
  );

export const DataTriggerSchema = z.union([z.boolean(), DataAmountSchema], {
  error: 'true, false, or how much new data it takes: minimumRows, minimumBytes or both',
});
