/** How changes of online endpoints and deployments are answered: what is long-running, and what stands in its way. */
import { localCloud } from '../../cloud-context.ts';
import type { Reply } from '../../http/json-exchange.ts';
import { notFound, ServiceError } from '../../http/service-error.ts';
import type { Request } from '../http.ts';
import type { Routes } from '../match.ts';
import type { OnlineResource } from '../online-resource.ts';
import { provisioningMs } from '../provisioning.ts';
import type { Faults } from '../serving/faults.ts';
import type { OnlineOperation, OnlineStore } from '../store/online.ts';
import { armResource, provider } from './resource.ts';

const locations = `/subscriptions/${localCloud.subscriptionId}/providers/${provider}/locations/local`;
const retryAfterS = String(provisioningMs / 1000);

/** A resource that is being made or changed, and where to ask how that goes. */
export function madeReply(request: Request, operation: OnlineOperation, isNew: boolean, body: object): Reply {
  const headers = {
    'azure-asyncoperation': linkTo(request, 'mfeOperationsStatus', operation.id),
    'x-ms-async-operation-timeout': 'PT1H',
  };
  return { status: isNew ? 201 : 200, headers, body };
}

/** A resource that is being deleted, and where to ask whether it is gone. */
export function deletingReply(request: Request, operation: OnlineOperation): Reply {
  const headers = {
    location: linkTo(request, 'mfeOperationResults', operation.id),
    'x-ms-async-operation-timeout': 'PT1H',
    'retry-after': retryAfterS,
  };
  return { status: 202, headers };
}

/**
 * How operations on endpoints go. They lie outside of the workspace, and are for those who deploy. Nobody is told here how
 * those of jobs go (cloud-custodian issue 11059).
 */
export function onlineOperationRoutes(online: OnlineStore): Routes {
  return {
    [`GET ${locations}/mfeOperationsStatus/:operation`]: (request, { operation = '' }) => {
      const found = online.findOperation(operation);
      if (!found) throw notFound(`Operation ${operation}`);
      return statusReply(request, found);
    },
    [`GET ${locations}/mfeOperationResults/:operation`]: (request, { operation = '' }) => {
      const found = online.findOperation(operation);
      if (!found) throw forbidden();
      return found.status === 'InProgress' ? deletingReply(request, found) : { status: 204 };
    },
  };
}

function forbidden(): ServiceError {
  return new ServiceError(
    403,
    'AuthorizationFailed',
    `The client does not have authorization to perform action '${provider}/locations/mfeOperationResults/read'; read the job itself.`,
  );
}

function statusReply(request: Request, { id, status, startedMs, endedMs, error }: OnlineOperation): Reply {
  const body = {
    id: request.path,
    name: id,
    status,
    startTime: new Date(startedMs).toISOString(),
    ...(endedMs !== null && { endTime: new Date(endedMs).toISOString() }),
    ...(error && { error }),
  };
  return { status: 200, body };
}

function linkTo(request: Request, kind: string, operation: string): string {
  const version = request.query.get('api-version') ?? '';
  return `${request.origin}${locations}/${kind}/${operation}?api-version=${version}`;
}

/** Throws 409 while anything is under way on the endpoint or one of its deployments, or where it is asked for. */
export function checkIdle(
  { online, faults }: { readonly online: OnlineStore; readonly faults: Faults },
  endpoint: string,
  what: string,
): void {
  if (faults.takeConflict(endpoint))
    throw new ServiceError(
      409,
      'Conflict',
      `Cannot ${what} because endpoint ${endpoint} is in Updating provisioning state. Wait for its end and try again.`,
    );
  const operation = online.underWay(endpoint);
  if (!operation) return;
  const busy = operation.deployment === '' ? `endpoint ${endpoint}` : `deployment ${operation.deployment}`;
  const stored = operation.deployment
    ? online.findDeployment(endpoint, operation.deployment)
    : online.findEndpoint(endpoint);
  const message = `Cannot ${what} because ${busy} is in ${stored?.state ?? 'Deleting'} provisioning state. Wait for its end and try again.`;
  throw new ServiceError(409, 'Conflict', message);
}

export function badRequest(message: string): ServiceError {
  return new ServiceError(400, 'BadRequest', message);
}

export function noEndpoint(endpoint: string): ServiceError {
  return notFound(`Online endpoint ${endpoint}`);
}

/** Kept of an endpoint or a deployment. */
interface Kept {
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly resource: OnlineResource;
  readonly state: string;
  readonly operation: string;
}

const noOne = '00000000-0000-0000-0000-000000000000';

const isManaged = (properties: Readonly<Record<string, unknown>>): boolean =>
  properties['compute'] === undefined && properties['endpointComputeType'] !== 'Kubernetes';

/** A tracked resource as it is returned; `added` to its properties. */
export function onlineBody(request: Request, path: string, type: string, kept: Kept, added: object): object {
  const { location, kind, identity, sku, tags, properties } = kept.resource;
  const uri = linkTo(request, 'mfeOperationsStatus', kept.operation);
  const labels = { ...properties.properties, AzureAsyncOperationUri: uri };
  return {
    ...armResource(path, type, kept, {
      ...properties,
      ...added,
      properties: labels,
      provisioningState: kept.state,
    }),
    location,
    ...(isManaged(properties) && { kind: kind ?? 'Managed' }),
    tags,
    ...(identity && { identity: { ...identity, principalId: noOne, tenantId: noOne } }),
    ...(sku && { sku }),
  };
}
