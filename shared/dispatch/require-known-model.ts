import type { HttpRequest } from '@azure/functions';
import type { ModelFiles } from '../config/model-files.ts';
import { modelEntity } from '../domain/durable-names.ts';
import { requireModelName } from '../http/require-model.ts';

/** What this needs of a durable client. */
interface EntityReader {
  readEntityState(entity: { name: string; key: string }): Promise<{ readonly entityExists: boolean }>;
}

/**
 * The model a route's `{model}` names: one that has a file, or whose file was deleted. What is under way of it goes by
 * the configuration that was pinned, and can still be stopped or answered.
 */
export async function requireKnownModel(
  client: EntityReader,
  request: Pick<HttpRequest, 'params'>,
  files: ModelFiles,
): Promise<string> {
  const name = request.params['model'] ?? '';
  if (files.names.includes(name) || !/^[a-z0-9-]{1,48}$/.test(name)) return requireModelName(request, files);
  const { entityExists } = await client.readEntityState({ name: modelEntity, key: name });
  return entityExists ? name : requireModelName(request, files);
}
