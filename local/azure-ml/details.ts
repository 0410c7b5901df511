import { z } from 'zod';

/** Absent or null. */
export const optional = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);
const labels = optional(
  z.record(
    z.string(),
    z
      .string()
      .nullable()
      .transform((value) => value ?? ''),
  ),
);

/** What may change of a resource after it was made. */
export const DetailsSchema = z.object({
  description: optional(z.string()),
  displayName: optional(z.string()),
  isArchived: optional(z.boolean()),
  tags: labels,
  properties: labels,
});

/** A change as sent: what is absent stays as it was. */
export type DetailsChange = Partial<z.infer<typeof DetailsSchema>>;

export interface Details {
  readonly description?: string;
  readonly displayName?: string;
  readonly isArchived: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
}

export const noDetails: Details = { isArchived: false, tags: {}, properties: {} };

/** A later PUT over an earlier one: labels are added or replaced and never removed, as the service has it. */
export function mergeDetails(before: Details, change: DetailsChange): Details {
  const description = change.description ?? before.description;
  const displayName = change.displayName ?? before.displayName;
  return {
    ...(description !== undefined && { description }),
    ...(displayName !== undefined && { displayName }),
    isArchived: change.isArchived ?? before.isArchived,
    tags: { ...before.tags, ...change.tags },
    properties: { ...before.properties, ...change.properties },
  };
}

/** The rest: what is fixed once a resource is made. */
export function withoutDetails(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !(key in DetailsSchema.shape)));
}

/** Equal up to the order of keys and up to absent or null values. */
export function sameDefinition(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(
          Object.entries(inner)
            .filter(([, entry]) => entry !== null)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : inner,
  );
}

/** One line for every problem zod found, each with the path of the field. */
export function problemsOf(root: string, ...errors: readonly (z.ZodError | undefined)[]): string {
  const lines = errors
    .flatMap((error) => error?.issues ?? [])
    .map((issue) => `${[root, ...issue.path].join('.')}: ${issue.message}`);
  return [...new Set(lines)].join('; ');
}
