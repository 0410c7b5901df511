/**
 * What keeps coming, and for how long it may stay away.
 *
 * Owns: shape, defaults, the text of the reference page, that what is awaited can come. Does not own: under which key it is
 * noted (came-keys.ts), when something is absent (shared/signals/find-absences.ts).
 */
import { z } from 'zod';
import { type CameWord, cameWords, isCameWord } from '../domain/absence.ts';
import { driftPart } from '../domain/composite.ts';
import { duration, isoTime, name } from './fields.ts';
import type { Problem } from './gate-fields.ts';
import { suggest } from './suggest.ts';

const AbsenceSchema = z.strictObject({
  name: name('a trigger name').describe('Name of the absence, shown in decisions.'),
  of: z
    .string()
    .describe(
      'What keeps coming: values for the rule of `metrics`, `queries` or `runs` of this name, `metrics` for reported values that any rule of `metrics` judges, `data` for files that can be used, `drift` for runs of model monitors that came to their end.',
    ),
  for: duration('for', { least: 'PT10M', most: 'P366D' }).describe(
    'How long nothing may come, from when the last was observed, as an ISO 8601 duration of at least ten minutes.',
  ),
  from: isoTime
    .optional()
    .describe(
      'When the first is expected, as an ISO 8601 time with a zone: counts until one has come. Omitted: nothing is absent before the first has come.',
    ),
  retrain: z
    .boolean()
    .default(false)
    .describe('Whether it requests a run. Omitted: people are told, and no run is requested.'),
});

export type Absence = z.infer<typeof AbsenceSchema>;

export const AbsencesSchema = z
  .array(AbsenceSchema)
  .min(1)
  .max(10)
  .refine(
    (absences) => new Set(absences.map((absence) => absence.name)).size === absences.length,
    'each absence needs a name of its own: it is part of what it tells',
  );

interface Named {
  readonly name: string;
}

interface Triggers {
  readonly metrics: readonly Named[];
  readonly queries: readonly Named[];
  readonly runs: readonly Named[];
  readonly alerts: readonly Named[];
  readonly drift: boolean;
  readonly absences?: readonly Absence[] | undefined;
}

/** What is awaited, and cannot come; names that mean two things. */
export function* findAbsenceProblems(triggers: Triggers): Generator<Problem> {
  const { metrics, queries, runs, alerts, drift, absences = [] } = triggers;
  const rules = [...metrics, ...queries, ...runs].map((rule) => rule.name);
  const others = alerts.map((alert) => alert.name);
  for (const [at, { name: own, of }] of absences.entries()) {
    const path = ['triggers', 'absences', at, 'of'];
    const known = [...rules, ...cameWords];
    if (isCameWord(of) && rules.includes(of))
      yield {
        path,
        message: `${of} is a rule and ${meaning[of]}; give the rule of that name another one`,
      };
    else if (others.includes(of) && !known.includes(of))
      yield {
        path,
        message: `${of} is an alert, which comes only when something is wrong; name what keeps coming`,
      };
    else if (!known.includes(of))
      yield {
        path,
        message: `there is no rule ${of} in metrics, queries and runs${suggest(of, known)}; metrics, data and drift can be named as well`,
      };
    else if (of === 'metrics' && metrics.length === 0)
      yield { path, message: 'no rule judges reported metrics; give one in triggers.metrics' };
    else if (of === 'drift' && !drift)
      yield { path, message: 'runs of monitors are not followed; give triggers.drift: true' };
    if (rules.includes(own) || others.includes(own) || own === driftPart)
      yield {
        path: ['triggers', 'absences', at, 'name'],
        message: `${own} is a rule, an alert or what monitors find as well, and a composite would not know which; give one of them another name`,
      };
  }
}

const meaning: Readonly<Record<CameWord, string>> = {
  metrics: 'the reported metrics',
  data: 'the files of the data path',
  drift: 'what model monitors find',
};
