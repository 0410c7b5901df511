/**
 * What Resource Manager says of an online endpoint and its deployments, in our words. Pure.
 *
 * Sources: specification 2024-04-01 (OnlineEndpoint, OnlineDeployment, their provisioning states).
 */
import { z } from 'zod';
import type { Asked, Json } from '../../azure/resource-manager.ts';
import { readModelId } from '../../domain/model-id.ts';
import type { Observed, ObservedDeployment, Traffic } from '../../domain/release-state.ts';
import { RatchetError } from '../../errors.ts';

const state = z.string().nullish();
const traffic = z
  .record(z.string(), z.number())
  .nullish()
  .transform((given) => given ?? {});

const EndpointSchema = z.object({
  location: z.string(),
  kind: z.string().nullish(),
  properties: z.object({
    authMode: z.string(),
    scoringUri: z.string().nullish(),
    provisioningState: state,
    compute: z.string().nullish(),
    traffic,
    mirrorTraffic: traffic,
  }),
});

const DeploymentSchema = z.object({
  name: z.string(),
  properties: z.object({
    model: z.string().nullish(),
    provisioningState: state,
    /** Labels. The service leaves here where to ask for its last operation. */
    properties: z.record(z.string(), z.unknown()).nullish(),
  }),
});

export type Endpoint = z.infer<typeof EndpointSchema>['properties'] & {
  readonly location: string;
  readonly isManaged: boolean;
  /** As it was read: what a PUT must hold beside what it changes. */
  readonly raw: Json;
};

export interface EndpointDeployment extends ObservedDeployment {
  /** As the service has it, for a sentence. */
  readonly modelId: string;
  readonly provisioningState: string;
  /** Where its last operation can be asked for; null where the service does not say. */
  readonly operationUri: string | null;
}

/** Errors: `azure-unavailable` where the answer is none of the service's. */
export function readEndpoint(asked: Asked, raw: Json): Endpoint {
  const { location, kind, properties } = parse(EndpointSchema, asked, raw);
  const isManaged = !properties.compute && (kind ?? 'Managed').toLowerCase() === 'managed';
  return { ...properties, location, isManaged, raw };
}

/** `workspace` by its name. Errors: as of `readEndpoint`. */
export function readDeployment(asked: Asked, raw: Json, workspace: string): EndpointDeployment {
  const { name, properties } = parse(DeploymentSchema, asked, raw);
  const { provisioningState, properties: labels } = properties;
  const modelId = properties.model ?? '';
  const uri = labels?.['AzureAsyncOperationUri'];
  return {
    deployment: name,
    model: ownModel(modelId, workspace),
    state: stateOf(provisioningState),
    modelId,
    provisioningState: provisioningState ?? 'Unknown',
    operationUri: typeof uri === 'string' ? uri : null,
  };
}

/** Null: a model of a registry or of another workspace has numbers of its own. */
function ownModel(id: string, workspace: string): ObservedDeployment['model'] {
  const found = readModelId(id);
  const of = /\/workspaces\/([^/]+)\//i.exec(id)?.[1] ?? workspace;
  if (!found || found.registry !== undefined || of.toLowerCase() !== workspace.toLowerCase()) return null;
  return { name: found.name, version: found.version };
}

/** A state that nobody knows is none of those that last. */
export function stateOf(provisioningState: string | null | undefined): ObservedDeployment['state'] {
  switch (provisioningState?.toLowerCase()) {
    case 'succeeded':
      return 'ready';
    case 'failed':
    case 'canceled':
      return 'failed';
    default:
      return 'changing';
  }
}

export function toObserved(
  endpoint: Endpoint,
  deployments: readonly EndpointDeployment[],
  at: string,
): Observed {
  const state = stateOf(endpoint.provisioningState);
  const isUpdating = state === 'changing' || deployments.some((one) => one.state === 'changing');
  return {
    at,
    isUpdating,
    ...(state === 'failed' && {
      doubt: `the last change of the endpoint has ended in state ${endpoint.provisioningState}`,
    }),
    traffic: withoutZeros(endpoint.traffic),
    mirror: withoutZeros(endpoint.mirrorTraffic),
    deployments: deployments.map(({ deployment, model, state }) => ({ deployment, model, state })),
  };
}

function withoutZeros(all: Traffic): Traffic {
  return Object.fromEntries(Object.entries(all).filter(([, percent]) => percent > 0));
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  { asked, subject }: Asked,
  raw: Json,
): z.infer<Schema> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw new RatchetError('azure-unavailable', `${asked}: the answer cannot be read: ${where}`, { subject });
}
