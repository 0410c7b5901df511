/**
 * What online endpoints and their deployments have in common: names, and the frame of a tracked resource. Pure.
 *
 * Sources: specification 2022-10-01; for names and numbers "Manage and increase quotas and limits for resources with
 * Azure Machine Learning". Where nobody says, the narrower reading: a field that the specification does not know is
 * refused.
 */
import { z } from 'zod';
import { userError } from '../http/service-error.ts';
import { optional, problemsOf } from './details.ts';

/** The region of this workspace. */
const region = 'local';

const name = /^[A-Za-z](?:-?[A-Za-z0-9])*$/;

export function checkOnlineName(subject: string, text: string): void {
  if (text.length >= 3 && text.length <= 32 && name.test(text)) return;
  throw userError(
    `${subject}: ${JSON.stringify(text)} must be 3 to 32 letters, digits and single hyphens, beginning with a letter and not ending with a hyphen`,
  );
}

export const textMap = optional(z.record(z.string(), z.string())).transform((given) => given ?? {});

const tags = textMap.refine(
  (all) =>
    Object.keys(all).length <= 50 &&
    Object.entries(all).every(([key, value]) => key.length <= 512 && value.length <= 256),
  'at most 50 tags, their names of 512 and their values of 256 characters at most',
);

const FrameSchema = z.strictObject({
  location: z
    .string('missing; name the region of the workspace')
    .refine((given) => given.toLowerCase() === region, `must be ${region}, the region of the workspace`),
  kind: optional(z.literal('Managed', 'must be Managed, or left out')),
  identity: optional(
    z.looseObject({
      type: z.enum(['None', 'SystemAssigned', 'UserAssigned', 'SystemAssigned,UserAssigned']),
      userAssignedIdentities: optional(z.record(z.string(), z.unknown())),
    }),
  ),
  sku: optional(
    z.strictObject({
      name: z.string().min(1),
      tier: z.string().optional(),
      size: z.string().optional(),
      family: z.string().optional(),
      capacity: z.int().min(1).max(50).optional(),
    }),
  ),
  tags,
});

/** A body as it is kept: what was asked for, without what the service adds. */
export interface OnlineResource<Properties = Readonly<Record<string, unknown>>>
  extends z.infer<typeof FrameSchema> {
  readonly properties: Properties & { readonly properties: Readonly<Record<string, string>> };
}

/** What Resource Manager adds to what it returns, and takes back without comment. */
const readOnlyFrame = ['id', 'name', 'type', 'systemData'];

interface Kind<Schema extends z.ZodType> {
  readonly what: string;
  readonly properties: Schema;
  /** What the service adds to the properties it returns. */
  readonly readOnly: readonly string[];
}

/** Reads the body of a PUT. Throws a UserError that lists every problem. */
export function parseResource<Schema extends z.ZodType>(kind: Kind<Schema>, body: unknown) {
  const { properties: given, ...rest } = without(body, readOnlyFrame);
  const frame = FrameSchema.safeParse(rest);
  const properties = kind.properties.safeParse(without(given, kind.readOnly));
  if (frame.success && properties.success) return { ...frame.data, properties: properties.data };
  const problems = [problemsOf('body', frame.error), problemsOf('properties', properties.error)];
  throw userError(`The ${kind.what} cannot be read: ${problems.filter((text) => text !== '').join('; ')}`);
}

function without(value: unknown, keys: readonly string[]): Record<string, unknown> {
  const given = value && typeof value === 'object' && !Array.isArray(value) ? value : {};
  return Object.fromEntries(Object.entries(given).filter(([key]) => !keys.includes(key)));
}

/**
 * The labels of a resource, as it was and as it is asked for: they can be added, but not removed or altered. The one that
 * the service itself writes comes back to it in a PUT of what was read.
 */
export function addLabels(
  before: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = Object.entries(given).filter(([key]) => key !== 'AzureAsyncOperationUri');
  for (const [key, value] of own) {
    if (Object.hasOwn(before, key) && before[key] !== value)
      throw userError(`properties.properties.${key}: can be added, but not altered`);
  }
  return { ...before, ...Object.fromEntries(own) };
}
