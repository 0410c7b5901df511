/**
 * Rules that request a run only together.
 *
 * Owns: shape, defaults, the text of the reference page, that every rule named is there. Does not own: when they are bad
 * together (shared/admission/composites.ts).
 */
import { z } from 'zod';
import { driftPart } from '../domain/composite.ts';
import { duration, name } from './fields.ts';
import type { Problem } from './gate-fields.ts';
import { suggest } from './suggest.ts';

const CompositeSchema = z
  .strictObject({
    name: name('a trigger name').describe('Name of the composite, shown in decisions.'),
    rules: z
      .array(z.string())
      .min(2)
      .max(10)
      .refine((rules) => new Set(rules).size === rules.length, 'names each rule once')
      .describe(
        'Names of the rules of `metrics`, `queries`, `runs`, `alerts` and `absences`, and `drift` for what model monitors find, that request a run together, and none by itself any more.',
      ),
    need: z
      .int()
      .min(1)
      .max(10)
      .optional()
      .describe('How many of them must be bad at once. At most as many as there are. Omitted: all.'),
    within: duration('within', { least: 'PT1M', most: 'P366D' })
      .default('P7D')
      .describe(
        'How far apart the latest bad windows of those may lie, by when they were observed, as an ISO 8601 duration.',
      ),
    inOrder: z
      .boolean()
      .default(false)
      .describe('Whether they must have turned bad in the order of `rules`. Only without `need`.'),
  })
  .refine(({ rules, need = 1 }) => need <= rules.length, {
    error: 'need: at most as many as there are rules',
    path: ['need'],
  })
  .refine(({ need, inOrder }) => need === undefined || !inOrder, {
    error: 'inOrder is about all rules, and need about some of them; give one of the two',
    path: ['inOrder'],
  });

export const CompositesSchema = z
  .array(CompositeSchema)
  .min(1)
  .max(10)
  .refine(
    (composites) => new Set(composites.map((composite) => composite.name)).size === composites.length,
    'each composite needs a name of its own: it is shown in decisions',
  );

interface Triggers {
  readonly metrics: readonly { readonly name: string }[];
  readonly queries: readonly { readonly name: string }[];
  readonly runs: readonly { readonly name: string }[];
  readonly alerts: readonly { readonly name: string }[];
  readonly absences?: readonly { readonly name: string }[] | undefined;
  readonly drift: boolean;
  readonly composites?: z.infer<typeof CompositesSchema> | undefined;
}

/** Rules that are named, and are not there. */
export function* findCompositeProblems(triggers: Triggers): Generator<Problem> {
  const { metrics, queries, runs, alerts, drift, absences = [], composites = [] } = triggers;
  const numbers = [...metrics, ...queries, ...runs].map((rule) => rule.name);
  const others = alerts.map((alert) => alert.name);
  const known = [...numbers, ...others, ...absences.map((absence) => absence.name), driftPart];
  for (const [at, { rules }] of composites.entries()) {
    for (const [index, rule] of rules.entries()) {
      const path = ['triggers', 'composites', at, 'rules', index];
      if (!known.includes(rule)) {
        const message = `there is no rule ${rule} in metrics, queries, runs, alerts and absences${suggest(rule, known)}`;
        yield { path, message };
      } else if (rule === driftPart && !drift && !numbers.includes(rule) && !others.includes(rule)) {
        yield { path, message: 'monitors ask for nothing; give triggers.drift: true' };
      } else if (numbers.includes(rule) && others.includes(rule)) {
        yield {
          path,
          message: `${rule} is a rule over a number and an alert; give one of them another name`,
        };
      } else if (rule === driftPart && drift && (numbers.includes(rule) || others.includes(rule))) {
        yield { path, message: 'drift is what model monitors find; give the rule of that name another one' };
      }
    }
  }
}
