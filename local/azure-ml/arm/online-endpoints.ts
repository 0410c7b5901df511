/** Online endpoints: who asks for what, and what is refused. What is served at them: serving/server.ts. */
import type { Reply } from '../../http/json-exchange.ts';
import { userError } from '../../http/service-error.ts';
import { type EndpointDefinition, knowsMirror, parseEndpoint } from '../endpoint-definition.ts';
import type { Request } from '../http.ts';
import type { Params, Routes } from '../match.ts';
import { addLabels, checkOnlineName } from '../online-resource.ts';
import { type Provisioning, provisioningMs } from '../provisioning.ts';
import type { Faults } from '../serving/faults.ts';
import type { EndpointKeyStore } from '../store/endpoint-keys.ts';
import type { Endpoint, OnlineStore } from '../store/online.ts';
import { hasLabels, listReply } from './listing.ts';
import { badRequest, checkIdle, deletingReply, madeReply, noEndpoint, onlineBody } from './online-replies.ts';

interface EndpointDependencies {
  readonly online: OnlineStore;
  readonly keys: EndpointKeyStore;
  readonly provisioning: Provisioning;
  readonly faults: Faults;
  readonly now: () => number;
  /** What scoring addresses begin with. */
  readonly scoringOrigin: string;
}

/** Of a subscription in a region. */
const endpointsAtMost = 100;

export function endpointRoutes(deps: EndpointDependencies): Routes {
  return {
    'GET /onlineEndpoints': (request) => listEndpoints(request, deps),
    'GET /onlineEndpoints/:name': (request, { name = '' }) => {
      const endpoint = deps.online.findEndpoint(name);
      if (!endpoint) throw noEndpoint(name);
      return { status: 200, body: endpointBody(endpoint, request, deps) };
    },
    'PUT /onlineEndpoints/:name': (request, params) => putEndpoint(request, params, deps),
    'DELETE /onlineEndpoints/:name': (request, params) => deleteEndpoint(request, params, deps),
  };
}

function putEndpoint(request: Request, { name = '' }: Params, deps: EndpointDependencies): Reply {
  const { online } = deps;
  checkOnlineName('endpoint name', name);
  const { endpoint: asked, keys } = parseEndpoint(request.body, request.query.get('api-version'));
  const existing = online.findEndpoint(name);
  const endpoint = existing?.endpoint ?? name;
  checkIdle(deps, endpoint, `update endpoint ${endpoint}`);
  if (!existing && online.endpoints().length >= endpointsAtMost)
    throw badRequest(`OutOfQuota: a subscription has ${endpointsAtMost} endpoints at most; delete one first`);
  if (existing && existing.resource.properties.compute !== asked.properties.compute)
    throw userError('properties.compute: cannot be changed; make another endpoint');
  checkShares(asked, endpoint, online);
  const labels = addLabels(existing?.resource.properties.properties ?? {}, asked.properties.properties);
  const resource = { ...asked, properties: { ...asked.properties, properties: labels } };
  const dueMs = deps.now() + provisioningMs + deps.faults.slowStartMs(endpoint, '');
  const operation = online.beginPut({ endpoint, deployment: '' }, resource, dueMs);
  if (!existing) deps.keys.of(endpoint, keys);
  deps.provisioning.watch(operation);
  return madeReply(
    request,
    operation,
    !existing,
    endpointBody(online.findEndpoint(endpoint)!, request, deps),
  );
}

/** Shares go to deployments that are there, and ready for them. */
function checkShares(definition: EndpointDefinition, endpoint: string, online: OnlineStore): void {
  const { traffic, mirrorTraffic = {} } = definition.properties;
  for (const [field, shares] of Object.entries({ traffic, mirrorTraffic })) {
    for (const [name, percent] of Object.entries(shares)) {
      const deployment = online.findDeployment(endpoint, name);
      if (deployment?.deployment !== name)
        throw userError(`properties.${field}.${name}: endpoint ${endpoint} has no deployment ${name}`);
      if (percent > 0 && deployment.state !== 'Succeeded')
        throw userError(
          `properties.${field}.${name}: deployment ${name} is in ${deployment.state} provisioning state, and takes no traffic`,
        );
    }
  }
}

function deleteEndpoint(request: Request, { name = '' }: Params, deps: EndpointDependencies): Reply {
  const existing = deps.online.findEndpoint(name);
  if (!existing) return { status: 204 };
  const { endpoint } = existing;
  checkIdle(deps, endpoint, `delete endpoint ${endpoint}`);
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

function listEndpoints(request: Request, deps: EndpointDependencies): Reply {
  const { online } = deps;
  const { query } = request;
  const order = query.get('orderBy') ?? 'CreatedAtDesc';
  const sort = orders.get(order.toLowerCase());
  if (sort === undefined)
    throw userError(
      `orderBy: ${JSON.stringify(order)} is none of CreatedAtDesc, CreatedAtAsc, UpdatedAtDesc, UpdatedAtAsc`,
    );
  const name = query.get('name');
  const computeType = query.get('computeType');
  const fitting = online
    .endpoints()
    .filter(({ endpoint }) => name === null || name === endpoint)
    .filter(({ resource }) => computeType === null || computeType === computeTypeOf(resource))
    .filter(({ resource }) => hasLabels(resource.properties.properties, query.get('properties')))
    .map((endpoint) => ({
      ...endpoint,
      name: endpoint.endpoint,
      details: { isArchived: false, tags: endpoint.resource.tags },
    }));
  return listReply(request, fitting, (endpoint) => endpointBody(endpoint, request, deps), sort);
}

const computeTypeOf = ({ properties }: EndpointDefinition): string =>
  properties.compute === undefined ? 'Managed' : 'Kubernetes';

function endpointBody(kept: Endpoint, request: Request, { scoringOrigin }: EndpointDependencies): object {
  const { endpoint, resource } = kept;
  const { mirrorTraffic = {}, ...properties } = resource.properties;
  const isKnown = knowsMirror(request.query.get('api-version'));
  const shown = { ...kept, resource: { ...resource, properties } };
  return onlineBody(request, `onlineEndpoints/${endpoint}`, 'onlineEndpoints', shown, {
    ...(isKnown && { mirrorTraffic }),
    keys: null,
    scoringUri: `${scoringOrigin}/${endpoint}/score`,
    swaggerUri: `${scoringOrigin}/${endpoint}/swagger.json`,
  });
}
