/** What a managed online endpoint may be. Pure. Whether its traffic goes to deployments that are there, the caller asks. */
import { z } from 'zod';
import { userError } from '../http/service-error.ts';
import { optional } from './details.ts';
import { type OnlineResource, parseResource, textMap } from './online-resource.ts';

const PropertiesSchema = z.strictObject({
  authMode: z.enum(['Key', 'AMLToken', 'AADToken']),
  description: optional(z.string()),
  properties: textMap,
  publicNetworkAccess: z.enum(['Enabled', 'Disabled']).default('Enabled'),
  /** Percent, by the name of the deployment. */
  traffic: optional(z.record(z.string(), z.int().min(0).max(100))).transform((given) => given ?? {}),
  compute: optional(z.never('is for endpoints on Kubernetes, which are not served here')),
});

export type EndpointDefinition = OnlineResource<z.infer<typeof PropertiesSchema>>;

const kind = {
  what: 'endpoint',
  properties: PropertiesSchema,
  // Keys are for the data plane, which is not served; the service never returns them here.
  readOnly: ['provisioningState', 'scoringUri', 'swaggerUri', 'keys'],
};

/** Throws a UserError that lists every problem. */
export function parseEndpoint(body: unknown): EndpointDefinition {
  const endpoint = parseResource(kind, body);
  const percents = Object.values(endpoint.properties.traffic);
  const total = percents.reduce((sum, percent) => sum + percent, 0);
  if (total !== 0 && total !== 100)
    throw userError(
      `properties.traffic: sums to ${total}; it must sum to 100, or to 0 for no traffic at all`,
    );
  return endpoint;
}
