/** Online deployments: who asks for what, and what is refused. What is run: serving/serving.ts. */
import type { Reply } from '../../http/json-exchange.ts';
import { notFound, ServiceError, userError } from '../../http/service-error.ts';
import { type DeploymentDefinition, parseDeployment, readModelId } from '../deployment-definition.ts';
import type { Request } from '../http.ts';
import { checkPlace } from '../kubernetes.ts';
import type { Locator } from '../locate.ts';
import type { Params, Routes } from '../match.ts';
import { addLabels, checkOnlineName } from '../online-resource.ts';
import { type Provisioning, provisioningMs } from '../provisioning.ts';
import type { Faults } from '../serving/faults.ts';
import type { AssetStore } from '../store/assets.ts';
import type { Deployment, Endpoint, OnlineStore } from '../store/online.ts';
import { listReply } from './listing.ts';
import { badRequest, checkIdle, deletingReply, madeReply, noEndpoint, onlineBody } from './online-replies.ts';
import { checkQuota } from './quotas.ts';
import { workspaceId } from './resource.ts';

interface DeploymentDependencies {
  readonly online: OnlineStore;
  readonly provisioning: Provisioning;
  readonly assets: AssetStore;
  readonly locator: Locator;
  readonly faults: Faults;
  readonly limitOf: (family: string) => number | undefined;
  readonly now: () => number;
}

const deploymentsOfEndpoint = 20;
/** Of a subscription in a region. */
const deploymentsAtMost = 500;
const collection = '/onlineEndpoints/:endpoint/deployments';

export function deploymentRoutes(deps: DeploymentDependencies): Routes {
  return {
    [`GET ${collection}`]: (request, params) => listDeployments(request, params, deps),
    [`GET ${collection}/:name`]: (request, { endpoint = '', name = '' }) => {
      const deployment = deps.online.findDeployment(endpoint, name);
      if (!deployment) throw notFound(`Online deployment ${name} of endpoint ${endpoint}`);
      return { status: 200, body: deploymentBody(deployment, request) };
    },
    [`PUT ${collection}/:name`]: (request, params) => putDeployment(request, params, deps),
    [`DELETE ${collection}/:name`]: (request, params) => deleteDeployment(request, params, deps),
  };
}

function putDeployment(request: Request, params: Params, deps: DeploymentDependencies): Reply {
  const { online } = deps;
  const { name = '' } = params;
  checkOnlineName('deployment name', name);
  const { endpoint, resource: parent } = findParent(online, params);
  const asked = parseDeployment(request.body);
  checkPlace(asked.properties, parent.properties.compute);
  const existing = online.findDeployment(endpoint, name);
  const deployment = existing?.deployment ?? name;
  checkIdle(deps, endpoint, `${existing ? 'update' : 'create'} a deployment in endpoint ${endpoint}`);
  checkRoom(online, endpoint, existing);
  if (existing?.state === 'Failed' && existing.served === null)
    throw badRequest(
      `Specified deployment [${deployment}] failed during initial provisioning and is in an unrecoverable state. Delete and re-create.`,
    );
  const resource = settle(asked, existing, deps);
  checkQuota(resource, existing?.resource, deps);
  const dueMs = deps.now() + provisioningMs + deps.faults.slowStartMs(endpoint, deployment);
  const operation = online.beginPut({ endpoint, deployment }, resource, dueMs);
  deps.provisioning.watch(operation);
  const body = deploymentBody(online.findDeployment(endpoint, deployment)!, request);
  return madeReply(request, operation, !existing, body);
}

function checkRoom(online: OnlineStore, endpoint: string, existing: Deployment | undefined): void {
  if (existing) return;
  if (online.deployments(endpoint).length >= deploymentsOfEndpoint)
    throw badRequest(
      `OutOfQuota: endpoint ${endpoint} has ${deploymentsOfEndpoint} deployments, the most there can be; delete one first`,
    );
  if (online.countDeployments() >= deploymentsAtMost)
    throw badRequest(
      `OutOfQuota: a subscription has ${deploymentsAtMost} deployments at most; delete one first`,
    );
}

/** What is kept: with what the service fills in, and its model by the one name that it returns. */
function settle(
  asked: DeploymentDefinition,
  existing: Deployment | undefined,
  { assets, locator }: DeploymentDependencies,
): DeploymentDefinition {
  const { properties, sku } = asked;
  const { name, version } = readModelId(properties.model);
  const model = assets.find('models', name, version);
  if (!model) throw userError(`properties.model: no model ${name}, version ${version}, in this workspace`);
  const isNoCode = model.fixed['modelType'] === 'mlflow_model';
  if (!isNoCode && properties.environmentId === undefined)
    throw userError('properties.environmentId: missing; only an MLflow model is deployed without one');
  const { codeId } = properties.codeConfiguration ?? {};
  if (codeId !== undefined) locator.locate('properties.codeConfiguration.codeId', codeId, 'codes');
  const before = existing?.resource.properties.properties ?? {};
  return {
    ...asked,
    sku: { ...(sku ?? { name: 'Default', tier: 'Standard' }), capacity: sku?.capacity ?? 1 },
    properties: {
      ...properties,
      model: `${workspaceId}/models/${model.name}/versions/${version}`,
      properties: addLabels(before, properties.properties),
    },
  };
}

function deleteDeployment(request: Request, params: Params, deps: DeploymentDependencies): Reply {
  const { online } = deps;
  const parent = online.findEndpoint(params['endpoint'] ?? '');
  const existing = parent && online.findDeployment(parent.endpoint, params['name'] ?? '');
  if (!existing) return { status: 204 };
  const { endpoint, deployment } = existing;
  checkIdle(deps, endpoint, `delete deployment ${deployment}`);
  const { traffic, mirrorTraffic = {} } = parent.resource.properties;
  // Of mirrored traffic nobody says it: the narrower reading.
  if ((traffic[deployment] ?? 0) > 0 || (mirrorTraffic[deployment] ?? 0) > 0)
    throw badRequest(`Can't delete deployment [${deployment}] with non-zero traffic weight`);
  const operation = online.beginDelete({ endpoint, deployment }, deps.now() + provisioningMs);
  deps.provisioning.watch(operation);
  return deletingReply(request, operation);
}

function listDeployments(request: Request, params: Params, { online }: DeploymentDependencies): Reply {
  const { endpoint = '' } = params;
  if (!online.findEndpoint(endpoint)) throw noEndpoint(endpoint);
  const deployments = online.deployments(endpoint).map((deployment) => ({
    ...deployment,
    name: deployment.deployment,
    details: { isArchived: false, tags: deployment.resource.tags },
  }));
  return listReply(request, deployments, (deployment) => deploymentBody(deployment, request));
}

/** In the words of Resource Manager. */
function findParent(online: OnlineStore, { endpoint = '' }: Params): Endpoint {
  const parent = online.findEndpoint(endpoint);
  if (parent) return parent;
  const message = `Failed to perform 'write' on resource(s) of type 'workspaces/onlineEndpoints/deployments', because the parent resource '${workspaceId}/onlineEndpoints/${endpoint}' could not be found.`;
  throw new ServiceError(404, 'ParentResourceNotFound', message);
}

function deploymentBody(kept: Deployment, request: Request): object {
  const path = `onlineEndpoints/${kept.endpoint}/deployments/${kept.deployment}`;
  return onlineBody(request, path, 'onlineEndpoints/deployments', kept, {});
}
