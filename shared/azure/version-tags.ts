/**
 * A tag of a version in the model registry.
 *
 * Owns: that nothing else of the version changes. Does not own: what the tag says (shared/release), when it is written.
 *
 * The service changes a version by a PUT of all of it and by nothing else: the operations of modelVersions are get, list,
 * createOrUpdate and delete, and neither is there an etag nor a condition. So the version is read and sent back as it was
 * read, with one tag more, by a version of the API that knows all that the one which reads does: what somebody else changes between
 * those two calls may be lost, or, where the service merges tags, may not. That window is one call, and is opened only where the tag differs.
 */
import { azureError } from './azure-error.ts';
import type { Asked, Json, ResourceManager } from './resource-manager.ts';

export const statusTag = 'ratchetStatus';

interface VersionTag {
  readonly name: string;
  readonly version: string;
  readonly tag: string;
  readonly value: string;
}

/** `workspaceId` is the workspace's resource id. Answers whether the tag was changed; of a version that is not there, never. */
export async function writeTag(
  resources: Pick<ResourceManager, 'find' | 'put'>,
  workspaceId: string,
  { name, version, tag, value }: VersionTag,
): Promise<boolean> {
  const asked: Asked = {
    asked: `marking model ${name}:${version} as ${value}`,
    subject: { model: name, version },
  };
  const id = `${workspaceId}/models/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`;
  const found = await resources.find(asked, id);
  const properties = found?.['properties'];
  if (!isObject(properties)) {
    if (found === null) return false;
    throw azureError(asked.asked, asked.subject, new Error('the version was answered without properties'));
  }
  const tags = isObject(properties['tags']) ? properties['tags'] : {};
  if (tags[tag] === value) return false;
  await resources.put(asked, id, { properties: { ...properties, tags: { ...tags, [tag]: value } } });
  return true;
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
