/** What an online deployment may be, managed or on Kubernetes. Pure. Whether the assets it names are there, the caller asks. */
import { z } from 'zod';
import { parseDurationMs } from '../clock/duration.ts';
import { localCloud } from '../cloud-context.ts';
import { userError } from '../http/service-error.ts';
import { optional } from './details.ts';
import { codeId, environmentId } from './job-definition.ts';
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

/** What both kinds have. */
const common = {
  model: z.string('missing; name a registered model by its resource id'),
  environmentId: optional(environmentId),
  codeConfiguration: optional(
    z.strictObject({
      codeId: optional(codeId),
      scoringScript: z.string().regex(/[a-zA-Z0-9_]/, 'must hold a letter, a digit or an underscore'),
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
};

const defaultScale = z.literal('Default', 'must be Default: other scaling is for Kubernetes');

const ManagedSchema = z.strictObject({
  endpointComputeType: z.literal('Managed'),
  instanceType: z.string('missing; name a size of machine, such as Standard_DS3_v2').min(1),
  scaleSettings: optional(z.strictObject({ scaleType: defaultScale })).transform(
    (given) => given ?? { scaleType: 'Default' as const },
  ),
  ...common,
});

const resources = optional(
  z.strictObject({ cpu: optional(z.string()), memory: optional(z.string()), gpu: optional(z.string()) }),
);

const KubernetesSchema = z.strictObject({
  endpointComputeType: z.literal('Kubernetes'),
  instanceType: optional(z.string().min(1)),
  scaleSettings: optional(
    z.discriminatedUnion('scaleType', [
      z.strictObject({ scaleType: z.literal('Default') }),
      z.strictObject({
        scaleType: z.literal('TargetUtilization'),
        minInstances: optional(count),
        maxInstances: optional(count),
        pollingInterval: optional(duration),
        targetUtilizationPercentage: optional(z.int().min(1).max(100)),
      }),
    ]),
    // What the specification says of null.
  ).transform((given) => given ?? { scaleType: 'TargetUtilization' as const }),
  containerResourceRequirements: optional(
    z.strictObject({ containerResourceRequests: resources, containerResourceLimits: resources }),
  ),
  ...common,
});

const PropertiesSchema = z.discriminatedUnion('endpointComputeType', [ManagedSchema, KubernetesSchema]);

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
