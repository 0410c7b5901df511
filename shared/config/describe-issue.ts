/** What the schema says of a value that it refuses, for a person: the rule, the value seen, and the next step. Pure. */
import type { z } from 'zod';
import { suggest } from './suggest.ts';

const longestSeen = 80;

/** The message of an issue other than an unknown field. `root` is the whole value that was checked. Our own rules name what they saw. */
export function describeIssue(issue: z.core.$ZodIssue, root: unknown): string {
  const seen = valueAt(root, issue.path);
  const message = `${issue.message}${meantOption(issue, seen)}`;
  if (issue.code === 'custom' || seen === undefined) return message;
  if (typeof seen === 'object' && seen !== null) return message;
  return `${message}; found ${(JSON.stringify(seen) ?? String(seen)).slice(0, longestSeen)}`;
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
