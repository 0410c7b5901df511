/** What an online endpoint may be, managed or on Kubernetes. Pure. Whether its traffic goes to deployments that are there, the caller asks. */
import { z } from 'zod';
import { userError } from '../http/service-error.ts';
import { optional } from './details.ts';
import { resourceId } from './job-definition.ts';
import { checkCluster } from './kubernetes.ts';
import { type OnlineResource, parseResource, textMap } from './online-resource.ts';

const keyText = optional(z.string().min(16, 'must have 16 characters at least'));

const PropertiesSchema = z.strictObject({
  authMode: z.enum(['Key', 'AMLToken', 'AADToken']),
  description: optional(z.string()),
  properties: textMap,
  publicNetworkAccess: z.enum(['Enabled', 'Disabled']).default('Enabled'),
  /** Percent, by the name of the deployment. */
  traffic: optional(z.record(z.string(), z.int().min(0).max(100))).transform((given) => given ?? {}),
  /** Of an endpoint on Kubernetes. */
  compute: optional(resourceId('computes/[^/]+')),
  /** Only to make an endpoint with; the service never returns them here. */
  keys: optional(z.strictObject({ primaryKey: keyText, secondaryKey: keyText })),
});

/** Percent of what is copied, by the name of the deployment. */
const mirrorTraffic = optional(z.record(z.string(), z.int().min(0).max(50, 'may be 50 at most'))).transform(
  (given) => given ?? {},
);
const WithMirrorSchema = PropertiesSchema.extend({ mirrorTraffic });

type Properties = Omit<z.infer<typeof PropertiesSchema>, 'keys'>;

export type EndpointDefinition = OnlineResource<
  Properties & {
    /** Absent where an earlier edition kept it. */
    readonly mirrorTraffic?: Readonly<Record<string, number>>;
  }
>;

const kind = {
  what: 'endpoint',
  properties: PropertiesSchema,
  readOnly: ['provisioningState', 'scoringUri', 'swaggerUri'],
};

/**
 * Whether an api-version knows `mirrorTraffic`: the specification has it from 2023-04-01 on. A PUT of an earlier one
 * leaves none: "if you use an older version … you lose the mirror traffic setting" (safe rollout).
 */
export function knowsMirror(apiVersion: string | null): boolean {
  return (apiVersion ?? '') >= '2023-04-01';
}

interface ParsedEndpoint {
  readonly endpoint: EndpointDefinition;
  readonly keys: { readonly primaryKey?: string | undefined; readonly secondaryKey?: string | undefined };
}

/** Throws a UserError that lists every problem. */
export function parseEndpoint(body: unknown, apiVersion: string | null): ParsedEndpoint {
  const parsed = knowsMirror(apiVersion)
    ? parseResource({ ...kind, properties: WithMirrorSchema }, body)
    : parseResource(kind, body);
  const { keys, ...properties } = { mirrorTraffic: {}, ...parsed.properties };
  if (properties.compute !== undefined)
    checkOnCluster(parsed.kind, properties.compute, properties.mirrorTraffic);
  checkShares(properties);
  return { endpoint: { ...parsed, properties }, keys: keys ?? {} };
}

/** Where an endpoint is on Kubernetes, traffic is mirrored nowhere. */
function checkOnCluster(
  kind: string | undefined,
  compute: string,
  mirrorTraffic: Readonly<Record<string, number>>,
): void {
  checkCluster(compute);
  if (kind !== undefined) throw userError(`kind: must not be ${kind} of an endpoint with properties.compute`);
  if (Object.values(mirrorTraffic).some((percent) => percent > 0))
    throw userError('properties.mirrorTraffic: is not supported by endpoints on Kubernetes');
}

/** "Perform safe rollout": mirroring goes to one deployment, of 50 % at most, which takes no live traffic. */
function checkShares({ traffic, mirrorTraffic }: EndpointDefinition['properties']): void {
  const total = Object.values(traffic).reduce((sum, percent) => sum + percent, 0);
  if (total !== 0 && total !== 100)
    throw userError(
      `properties.traffic: sums to ${total}; it must sum to 100, or to 0 for no traffic at all`,
    );
  const mirrors = Object.entries(mirrorTraffic ?? {}).filter(([, percent]) => percent > 0);
  if (mirrors.length > 1)
    throw userError(
      `properties.mirrorTraffic: names ${mirrors.map(([name]) => name).join(', ')}; traffic is mirrored to one deployment only`,
    );
  for (const [name] of mirrors) {
    if ((traffic[name] ?? 0) > 0)
      throw userError(
        `properties.mirrorTraffic.${name}: it takes ${traffic[name]} % of the traffic; a deployment takes live or mirrored traffic, not both`,
      );
  }
}
