import type { HttpRequest } from '@azure/functions';
import { describeProblems, type ModelFiles } from '../config/model-files.ts';
import type { PinnedModel } from '../config/schema.ts';
import { suggest } from '../config/suggest.ts';
import { RatchetError } from '../errors.ts';

/** The model a route's `{model}` names, where its file is valid, or was when it was last read. */
export function requireModel(request: Pick<HttpRequest, 'params'>, files: ModelFiles): PinnedModel {
  const name = requireModelName(request, files);
  const pinned = files.models.get(name);
  if (pinned) return pinned;
  const problems = describeProblems(files.broken.get(name) ?? []).join('; ');
  const message = `model ${name} takes no requests until its model file is fixed: ${problems}`;
  throw new RatchetError('bad-config', message, { subject: { model: name } });
}

/** The same for what is done with a model whatever its file says: to stop it, or to look at it. */
export function requireModelName(request: Pick<HttpRequest, 'params'>, { names }: ModelFiles): string {
  const name = (request.params['model'] ?? '').slice(0, 100);
  if (names.includes(name)) return name;
  const message = `no model file is named ${JSON.stringify(name)}${suggest(name, names)}`;
  throw new RatchetError('unknown-model', message, { subject: { model: name } });
}
