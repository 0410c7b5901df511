/** Azure Resource Manager, as far as this one workspace goes. */
import { localCloud } from '../../cloud-context.ts';
import type { Reply } from '../../http/json-exchange.ts';
import { notFound, ServiceError } from '../../http/service-error.ts';
import type { Request } from '../http.ts';
import { dispatch, type Routes, splitPath } from '../match.ts';
import type { Permissions } from './permissions.ts';
import { provider } from './resource.ts';

const workspaceSegments = 8;

export async function routeArm(
  request: Request,
  workspaceRoutes: Routes,
  otherRoutes: Routes,
  permissions: Permissions,
): Promise<Reply> {
  if (!request.query.get('api-version')) {
    throw new ServiceError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  }
  const segments = splitPath(request.path);
  checkNames(segments);
  if (sameName(segments[3], provider) && sameName(segments[4], 'locations') && segments[6])
    permissions.checkLocation(request, segments[6]);
  const other = dispatch({ ...permissions.routes(), ...otherRoutes }, request, request.path);
  if (other) return other;
  const inWorkspace = segments.length >= workspaceSegments && sameName(segments[6], 'workspaces');
  // Cut the path as it was sent: its segments are decoded once, by the match.
  const below = request.path
    .split('/')
    .filter((segment) => segment !== '')
    .slice(workspaceSegments);
  if (inWorkspace) permissions.check(request, below);
  const reply = inWorkspace ? dispatch(workspaceRoutes, request, below.join('/')) : undefined;
  if (!reply) throw notFound(`The resource at ${request.path}`);
  return reply;
}

/** Says which of the enclosing names is unknown, the outermost first. */
function checkNames(segments: readonly string[]): void {
  const [, subscription, , group, , namespace, , workspace] = segments;
  if (subscription !== undefined && subscription !== localCloud.subscriptionId) {
    throw new ServiceError(
      404,
      'SubscriptionNotFound',
      `The subscription '${subscription}' could not be found.`,
    );
  }
  if (!sameName(segments[2], 'resourceGroups')) return;
  if (group !== undefined && !sameName(group, localCloud.resourceGroup)) {
    throw new ServiceError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`);
  }
  if (sameName(namespace, 'Microsoft.Authorization')) return;
  if (namespace !== undefined && !sameName(namespace, provider)) {
    throw notFound(`The resource provider ${namespace}`);
  }
  if (workspace !== undefined && !sameName(workspace, localCloud.workspace)) {
    throw notFound(`The workspace ${workspace}`);
  }
}

function sameName(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase();
}
