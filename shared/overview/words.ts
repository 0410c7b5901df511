/** Pieces of the sentences that a policy is told in. Pure. */
import { parseDurationMs, sayDuration } from '../config/duration.ts';
import type { PolicySentence } from '../domain/policy-words.ts';

/** One rule, before it is known whether the file says it. */
export type Told = Pick<PolicySentence, 'path' | 'sentence'>;

/** `a day`, `36 hours`; none at all: `no time`. */
export function span(duration: string): string {
  return parseDurationMs(duration) === 0 ? 'no time' : sayDuration(duration);
}

/** `every day`, `every 36 hours`. */
export const every = (duration: string): string => `every ${span(duration).replace(/^an? /, '')}`;

/**
 * Fields that no sentence has words of its own for: told as they stand in the file, so that a field that is new is never
 * passed over.
 */
export function further(fields: Readonly<Record<string, unknown>>): string {
  const told = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return told.length === 0 ? '' : ` Further: ${told.join(', ')}.`;
}

export function listed(names: readonly string[], joint = 'and'): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} ${joint} ${names.at(-1)}`;
}

/** A text of the file in a sentence: long ones are cut. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length <= 120 ? text : `${text.slice(0, 119)}…`);
