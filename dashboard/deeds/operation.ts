import { command } from '../format/command.ts';
import type { Deed } from '../parts/act.tsx';

/** Where operations of a model are sent, below the door. */
export const operations = (model: string): string => `models/${encodeURIComponent(model)}/operations`;

/** What is still to be said is said as such. */
export const withReason = (reason: string): readonly string[] => [
  '--reason',
  reason === '' ? 'TEXT' : reason,
];

type Plain = Pick<Deed, 'label' | 'title' | 'does'> &
  Partial<Pick<Deed, 'tone' | 'fields' | 'whyNot' | 'access'>>;

/** An operation of a model that its action alone says. */
export function operation(
  model: string,
  body: Readonly<Record<string, string>> & { readonly action: string },
  words: (fields: Readonly<Record<string, string>>) => readonly string[],
  plain: Plain,
): Deed {
  return {
    access: body.action,
    path: operations(model),
    body,
    command: (fields, reason) => command(...words(fields), ...withReason(reason)),
    ...plain,
  };
}
