import { localCloud } from '../../cloud-context.ts';
import { userError } from '../../http/service-error.ts';
import { latest } from '../uris.ts';

export const workspaceId = localCloud.workspaceId;
export const provider = 'Microsoft.MachineLearningServices';

/** The frame of every resource: identity, times, and what is particular to its kind. */
export function armResource(
  path: string,
  type: string,
  times: { readonly createdMs: number; readonly modifiedMs: number },
  properties: object,
): object {
  return {
    id: `${workspaceId}/${path}`,
    name: path.slice(path.lastIndexOf('/') + 1),
    type: `${provider}/workspaces/${type}`,
    properties,
    systemData: {
      createdAt: new Date(times.createdMs).toISOString(),
      createdBy: 'local',
      createdByType: 'Application',
      lastModifiedAt: new Date(times.modifiedMs).toISOString(),
      lastModifiedBy: 'local',
      lastModifiedByType: 'Application',
    },
  };
}

/** The `properties` of a PUT's body. */
export function propertiesOf(body: unknown): Record<string, unknown> {
  const properties = (body as { properties?: unknown } | null | undefined)?.properties;
  if (properties && typeof properties === 'object' && !Array.isArray(properties)) {
    return properties as Record<string, unknown>;
  }
  throw userError('The request body must be a JSON object with an object named "properties".');
}

/** Of every container and of a job: the pattern of the specification. */
const resourceName = /^[A-Za-z0-9][A-Za-z0-9_-]{0,254}$/;
const version = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,254}$/;

export function checkName(subject: string, name: string): void {
  if (resourceName.test(name)) return;
  throw userError(
    `${subject}: ${JSON.stringify(name)} must be 1 to 255 letters, digits, hyphens and underscores, beginning with a letter or digit`,
  );
}

export function checkVersion(subject: string, text: string): void {
  if (version.test(text) && text !== latest) return;
  throw userError(
    `${subject}: ${JSON.stringify(text)} must be 1 to 255 letters, digits, hyphens, underscores and dots, beginning with a letter or digit, and not "${latest}", which is a label`,
  );
}
