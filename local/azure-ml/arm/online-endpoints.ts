/** Managed online endpoints: who asks for what, and what is refused. Nothing is served at them. */
import type { Reply } from '../../http/json-exchange.ts';
import { userError } from '../../http/service-error.ts';
import { type EndpointDefinition, parseEndpoint } from '../endpoint-definition.ts';
import type { Request } from '../http.ts';
import type { Params, Routes } from '../match.ts';
import { addLabels, checkOnlineName } from '../online-resource.ts';
import { type Provisioning, provisioningMs } from '../provisioning.ts';
import type { Endpoint, OnlineStore } from '../store/online.ts';
import { hasLabels, listReply } from './listing.ts';
import { badRequest, checkIdle, deletingReply, madeReply, noEndpoint, onlineBody } from './online-replies.ts';

interface EndpointDependencies {
  readonly online: OnlineStore;
  readonly provisioning: Provisioning;
  readonly now: () => number;
}

/** Of a subscription in a region. */
const endpointsAtMost = 100;

export function endpointRoutes(deps: EndpointDependencies): Routes {
  return {
    'GET /onlineEndpoints': (request) => listEndpoints(request, deps),
    'GET /onlineEndpoints/:name': (request, { name = '' }) => {
      const endpoint = deps.online.findEndpoint(name);
      if (!endpoint) throw noEndpoint(name);
      return { status: 200, body: endpointBody(endpoint, request) };
    },
    'PUT /onlineEndpoints/:name': (request, params) => putEndpoint(request, params, deps),
    'DELETE /onlineEndpoints/:name': (request, params) => deleteEndpoint(request, params, deps),
  };
}

function putEndpoint(request: Request, { name = '' }: Params, deps: EndpointDependencies): Reply {
  const { online } = deps;
  checkOnlineName('endpoint name', name);
  const asked = parseEndpoint(request.body);
  const existing = online.findEndpoint(name);
  const endpoint = existing?.endpoint ?? name;
  checkIdle(online, endpoint, `update endpoint ${endpoint}`);
  if (!existing && online.endpoints().length >= endpointsAtMost)
    throw badRequest(`OutOfQuota: a subscription has ${endpointsAtMost} endpoints at most; delete one first`);
  checkTraffic(asked, endpoint, online);
  const labels = addLabels(existing?.resource.properties.properties ?? {}, asked.properties.properties);
  const resource = { ...asked, properties: { ...asked.properties, properties: labels } };
  const operation = online.beginPut({ endpoint, deployment: '' }, resource, deps.now() + provisioningMs);
  deps.provisioning.watch(operation);
  return madeReply(request, operation, !existing, endpointBody(online.findEndpoint(endpoint)!, request));
}

function checkTraffic({ properties }: EndpointDefinition, endpoint: string, online: OnlineStore): void {
  for (const [name, percent] of Object.entries(properties.traffic)) {
    const deployment = online.findDeployment(endpoint, name);
    if (deployment?.deployment !== name)
      throw userError(`properties.traffic.${name}: endpoint ${endpoint} has no deployment ${name}`);
    if (percent > 0 && deployment.state !== 'Succeeded')
      throw userError(
        `properties.traffic.${name}: deployment ${name} is in ${deployment.state} provisioning state, and takes no traffic`,
      );
  }
}

function deleteEndpoint(request: Request, { name = '' }: Params, deps: EndpointDependencies): Reply {
  const existing = deps.online.findEndpoint(name);
  if (!existing) return { status: 204 };
  const { endpoint } = existing;
  checkIdle(deps.online, endpoint, `delete endpoint ${endpoint}`);
  const operation = deps.online.beginDelete({ endpoint, deployment: '' }, deps.now() + provisioningMs);
  deps.provisioning.watch(operation);
  return deletingReply(request, operation);
}

const orders: ReadonlyMap<string, string> = new Map([
  ['createdatdesc', 'createdtime desc'],
  ['createdatasc', 'createdtime asc'],
  ['updatedatdesc', 'modifiedtime desc'],
  ['updatedatasc', 'modifiedtime asc'],
]);

function listEndpoints(request: Request, { online }: EndpointDependencies): Reply {
  const { query } = request;
  const order = query.get('orderBy') ?? 'CreatedAtDesc';
  const sort = orders.get(order.toLowerCase());
  if (sort === undefined)
    throw userError(
      `orderBy: ${JSON.stringify(order)} is none of CreatedAtDesc, CreatedAtAsc, UpdatedAtDesc, UpdatedAtAsc`,
    );
  const name = query.get('name');
  const computeType = query.get('computeType') ?? 'Managed';
  const fitting = online
    .endpoints()
    .filter(({ endpoint }) => computeType === 'Managed' && (name === null || name === endpoint))
    .filter(({ resource }) => hasLabels(resource.properties.properties, query.get('properties')))
    .map((endpoint) => ({
      ...endpoint,
      name: endpoint.endpoint,
      details: { isArchived: false, tags: endpoint.resource.tags },
    }));
  return listReply(request, fitting, (endpoint) => endpointBody(endpoint, request), sort);
}

/** Nothing is served: the scoring address is one that no name server knows. */
function endpointBody(kept: Endpoint, request: Request): object {
  const { endpoint } = kept;
  const host = `https://${endpoint}.local.inference.invalid`;
  return onlineBody(request, `onlineEndpoints/${endpoint}`, 'onlineEndpoints', kept, {
    keys: null,
    scoringUri: `${host}/score`,
    swaggerUri: `${host}/swagger.json`,
  });
}
