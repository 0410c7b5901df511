import type { HttpRequest } from '@azure/functions';
import type { PinnedModel } from '../config/schema.ts';
import { suggest } from '../config/suggest.ts';
import { RatchetError } from '../errors.ts';

/** The model a route's `{model}` names. */
export function requireModel(request: HttpRequest, models: ReadonlyMap<string, PinnedModel>): PinnedModel {
  const name = (request.params['model'] ?? '').slice(0, 100);
  const pinned = models.get(name);
  if (pinned) return pinned;
  const message = `no model file is named ${JSON.stringify(name)}${suggest(name, [...models.keys()])}`;
  throw new RatchetError('unknown-model', message, { subject: { model: name } });
}
