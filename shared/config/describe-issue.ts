/** What the schema says of a value that it refuses, for a person: the rule, the value seen, and the next step. Pure. */
import type { z } from 'zod';
import { suggest } from './suggest.ts';

const longestSeen = 80;

/** The message of an issue other than an unknown field. `root` is the whole value that was checked. Our own rules name what they saw. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): string {
  if (issue.code === 'invalid_key') return describeKey(issue);
  const seen = valueAt(root, issue.path);
  const message = describeRule(issue, seen);
  if (issue.code === 'custom' || seen === undefined) return message;
  if (typeof seen === 'object' && seen !== null) return message;
  return `${message}; found ${(JSON.stringify(seen) ?? String(seen)).slice(0, longestSeen)}`;
}

/** What names of fields that people choose may be: the last part of the path is the one that was refused. */
export function describeKey({ issues, path }: z.core.$ZodIssueInvalidKey): string {
  const rules = issues.map(({ message }) => message).join('; ');
  return `${rules}; found the name ${JSON.stringify(String(path.at(-1))).slice(0, longestSeen)}`;
}

function describeRule(issue: z.core.$ZodIssue, seen: unknown): string {
  const isRequired = seen === undefined && /^Invalid input/.test(issue.message);
  // Our own rules have messages of their own, which say what is missing.
  if (issue.code === 'invalid_union' && 'options' in issue && /^Invalid discriminator/.test(issue.message)) {
    const options = [...(issue.options ?? [])].filter((option) => typeof option === 'string');
    const meant = typeof seen === 'string' ? suggest(seen, options) : '';
    return `${seen === undefined ? 'missing; ' : ''}expected one of ${options.join(', ')}${meant}`;
  }
  if (isRequired && issue.code === 'invalid_type') return 'missing, and required';
  if (isRequired && issue.code === 'invalid_value')
    return `missing, and required: ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  return `${issue.message}${meantOption(issue, seen)}`;
}

function meantOption(issue: z.core.$ZodIssue, seen: unknown): string {
  if (issue.code !== 'invalid_value' || typeof seen !== 'string') return '';
  return suggest(seen, issue.values.map(String));
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    root,
  );
}
