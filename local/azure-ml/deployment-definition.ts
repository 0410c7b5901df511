/** What a managed online deployment may be. Pure. Whether the assets it names are there, the caller asks. */
import { z } from 'zod';
import { parseDurationMs } from '../clock/duration.ts';
import { localCloud } from '../cloud-context.ts';
import { userError } from '../http/service-error.ts';
import { optional } from './details.ts';
import { resourceId } from './job-definition.ts';
import { type OnlineResource, parseResource, textMap } from './online-resource.ts';

/** The limit of a managed online endpoint. */
const longestRequestMs = 180_000;

const duration = z
  .string()
  .refine((text) => parseDurationMs(text) !== undefined, 'must be an ISO 8601 duration, such as PT5S');
const count = z.int().min(1);
const probe = optional(
  z.strictObject({
    failureThreshold: optional(count),
    successThreshold: optional(count),
    timeout: optional(duration),
    period: optional(duration),
    initialDelay: optional(duration),
  }),
);

const PropertiesSchema = z.strictObject({
  endpointComputeType: z.literal('Managed', 'must be Managed: Kubernetes is not served here'),
  model: z.string('missing; name a registered model by its resource id'),
  instanceType: z.string('missing; name a size of machine, such as Standard_DS3_v2').min(1),
  environmentId: optional(resourceId('environments/[^/]+/versions/[^/]+')),
  codeConfiguration: optional(
    z.strictObject({
      codeId: optional(resourceId('codes/[^/]+/versions/[^/]+')),
      scoringScript: z.string().regex(/[a-zA-Z0-9_]/, 'must hold a letter, a digit or an underscore'),
    }),
  ),
  scaleSettings: optional(
    z.strictObject({
      scaleType: z.literal('Default', 'must be Default: other scaling is for Kubernetes'),
    }),
  ),
  requestSettings: optional(
    z.strictObject({
      requestTimeout: optional(
        duration.refine((text) => parseDurationMs(text)! <= longestRequestMs, 'may be PT180S at most'),
      ),
      maxQueueWait: optional(duration),
      maxConcurrentRequestsPerInstance: optional(count),
    }),
  ),
  livenessProbe: probe,
  readinessProbe: probe,
  description: optional(z.string()),
  environmentVariables: textMap,
  appInsightsEnabled: z.boolean().default(false),
  egressPublicNetworkAccess: z.enum(['Enabled', 'Disabled']).default('Enabled'),
  modelMountPath: optional(z.string()),
  properties: textMap,
});

export type DeploymentDefinition = OnlineResource<z.infer<typeof PropertiesSchema>>;

const kind = { what: 'deployment', properties: PropertiesSchema, readOnly: ['provisioningState'] };

/** Throws a UserError that lists every problem. */
export function parseDeployment(body: unknown): DeploymentDefinition {
  return parseResource(kind, body);
}

const longId = new RegExp(
  '^(?:azureml:/{0,2})?/?subscriptions/[^/]+/resourceGroups/[^/]+/(?:providers/Microsoft.MachineLearningServices/)?' +
    'workspaces/([^/]+)/models/([^/:@]+)/versions/([^/:@]+)$',
  'i',
);
const shortId = /^azureml:([A-Za-z0-9][\w-]*):(\d+)$/;

/** The name and the version of the model that a deployment names. Throws a UserError. */
export function readModelId(model: string): { readonly name: string; readonly version: string } {
  const [, workspace = localCloud.workspace, longName, longVersion] = longId.exec(model) ?? [];
  const [, name = longName, version = longVersion] = shortId.exec(model) ?? [];
  const isHere = workspace.toLowerCase() === localCloud.workspace;
  if (name !== undefined && version !== undefined && isHere) return { name, version };
  throw userError(
    `properties.model: ${JSON.stringify(model)} names no model of this workspace; send ${localCloud.workspaceId}/models/NAME/versions/VERSION`,
  );
}
