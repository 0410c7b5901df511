/**
 * What the identity of the app may do, and that it may do nothing else.
 *
 * It has the built-in role AzureML Data Scientist on the workspace, and on the subscription a role that reads how operations
 * went and what quotas leave, as `azd up` gives them; `deny` takes actions back, for tests. What an answer lists is what requests are held to: an
 * action follows from method and path ("Azure resource provider operations"), as Resource Manager derives it. MLflow and the
 * history of runs lie behind other doors, which are not held to it here.
 */
import { z } from 'zod';
import { localCloud } from '../../cloud-context.ts';
import type { Reply } from '../../http/json-exchange.ts';
import { ServiceError, userError } from '../../http/service-error.ts';
import { problemsOf } from '../details.ts';
import type { Request } from '../http.ts';
import type { Routes } from '../match.ts';
import { provider, workspaceId } from './resource.ts';

interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
  readonly dataActions: readonly string[];
  readonly notDataActions: readonly string[];
}

const subscription = `/subscriptions/${localCloud.subscriptionId}`;
const resourceGroup = `${subscription}/resourceGroups/${localCloud.resourceGroup}`;
const list = 'providers/Microsoft.Authorization/permissions';
/** Of the type permissions, stable and preview, as the management libraries have them. */
const apiVersions = ['2015-07-01', '2018-01-01-preview', '2022-04-01'];
const workspaces = `${provider}/workspaces`;
const dataScientist = {
  actions: ['read', 'action', 'delete', 'write'].map((verb) => `${workspaces}/*/${verb}`),
  notActions: [
    ...[`${workspaces}/delete`, `${workspaces}/write`, `${workspaces}/listKeys/action`],
    ...['write', 'delete'].map((verb) => `${workspaces}/computes/*/${verb}`),
    `${workspaces}/computes/listKeys/action`,
  ],
};
const readsOfLocation = {
  actions: ['mfeOperationsStatus', 'usages', 'vmsizes'].map((type) => `${provider}/locations/${type}/read`),
  notActions: [],
};

const DeniedSchema = z.strictObject({ actions: z.array(z.string().regex(/^[A-Za-z.]+\/[A-Za-z/]+$/)) });

export class Permissions {
  #denied: readonly string[] = [];

  /** Takes `{"actions": [...]}` back, in place of those before. Throws a UserError that lists every problem. */
  deny(body: unknown): void {
    const parsed = DeniedSchema.safeParse(body);
    if (!parsed.success) throw userError(`The actions cannot be read: ${problemsOf('body', parsed.error)}`);
    this.#denied = parsed.data.actions;
  }

  /** Throws 403 for what has been taken back. `below`: the segments of the path under the workspace. */
  check(request: Pick<Request, 'method' | 'path'>, below: readonly string[]): void {
    this.#refuse(request, actionOf(request.method, below));
  }

  /** The same for what is read outside of the workspace, such as `locations/PLACE/usages`. */
  checkLocation(request: Pick<Request, 'method' | 'path'>, type: string): void {
    this.#refuse(request, `${provider}/locations/${type}/${verbs[request.method] ?? 'action'}`);
  }

  #refuse({ path }: Pick<Request, 'path'>, action: string | null): void {
    if (action === null || !this.#denied.some((denied) => denied.toLowerCase() === action.toLowerCase()))
      return;
    throw new ServiceError(
      403,
      'AuthorizationFailed',
      `The client 'app' with object id 'app' does not have authorization to perform action '${action}' over scope '${path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    );
  }

  /** What the caller may do, at the workspace and at what is around it; roles are inherited downwards. */
  routes(): Routes {
    const answer = (roles: readonly Pick<Permission, 'actions' | 'notActions'>[]) => (request: Request) =>
      this.#list(request, roles);
    return {
      [`GET ${subscription}/${list}`]: answer([readsOfLocation]),
      [`GET ${resourceGroup}/${list}`]: answer([readsOfLocation]),
      [`GET ${workspaceId}/${list}`]: answer([readsOfLocation, dataScientist]),
    };
  }

  #list(request: Request, roles: readonly Pick<Permission, 'actions' | 'notActions'>[]): Reply {
    const version = request.query.get('api-version') ?? '';
    if (!apiVersions.includes(version))
      throw new ServiceError(
        400,
        'InvalidApiVersionParameter',
        `The api-version '${version}' is invalid. The supported versions are '${apiVersions.join(',')}'.`,
      );
    const value: Permission[] = roles.map(({ actions, notActions }) => ({
      actions,
      notActions: [...notActions, ...this.#denied],
      dataActions: [],
      notDataActions: [],
    }));
    return { status: 200, body: { value } };
  }
}

const verbs: Readonly<Record<string, string>> = {
  GET: 'read',
  PUT: 'write',
  PATCH: 'write',
  DELETE: 'delete',
};

/** `PUT /jobs/NAME` is jobs/write, `POST /jobs/NAME/cancel` jobs/cancel/action; null for what is another provider's. */
function actionOf(method: string, below: readonly string[]): string | null {
  if (below.includes('providers')) return null;
  const types = below.filter((_segment, at) => at % 2 === 0);
  return [workspaces, ...types, verbs[method] ?? 'action'].join('/');
}
