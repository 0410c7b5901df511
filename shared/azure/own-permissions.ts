/**
 * What the identity of the app may do at a scope, as Azure Resource Manager says of whoever asks.
 *
 * Source: "Permissions - List For Resource" (Microsoft.Authorization, 2022-04-01) and "Understand Azure role definitions". An
 * action is allowed where one permission lists it and does not take it back: permissions add up, and `notActions` narrow
 * their own permission alone. Asking takes no right of its own. Deny assignments are not in the answer.
 */
import { RatchetError } from '../errors.ts';
import type { ResourceManager } from './resource-manager.ts';

export interface Permission {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

const apiVersion = '2022-04-01';

/** `scope`: the id of a resource, a resource group or a subscription. */
export async function listOwnPermissions(
  resources: Pick<ResourceManager, 'list'>,
  scope: string,
): Promise<readonly Permission[]> {
  const asked = { asked: `asking what the app may do on ${scope}`, subject: { scope } };
  const id = `${scope}/providers/Microsoft.Authorization/permissions`;
  const listed = await resources.list(asked, id, apiVersion);
  return listed.map(({ actions, notActions }) => {
    if (isTexts(actions) && isTexts(notActions))
      return { actions: actions ?? [], notActions: notActions ?? [] };
    throw new RatchetError(
      'azure-unavailable',
      `${asked.asked}: the answer holds no lists of actions`,
      asked,
    );
  });
}

const isTexts = (value: unknown): value is readonly string[] | null | undefined =>
  value == null || (Array.isArray(value) && value.every((each) => typeof each === 'string'));

/** `action` may be a pattern itself: it is allowed where all that it stands for is. */
export function allows(permissions: readonly Permission[], action: string): boolean {
  return permissions.some(
    ({ actions, notActions }) =>
      actions.some((pattern) => covers(pattern, action)) &&
      !notActions.some((pattern) => covers(pattern, action) || covers(action, pattern)),
  );
}

// `*` stands for any text, slashes and none included. So `workspaces/*/read` has `workspaces/read`, too: the built-in role AzureML
// Data Scientist reads the workspace by it, and takes `workspaces/write` back, which only `workspaces/*/write` can have given.
function covers(pattern: string, action: string): boolean {
  const text = pattern
    .split('/*/')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'))
    .join('/(?:.*/)?');
  return new RegExp(`^${text}$`, 'i').test(action);
}
