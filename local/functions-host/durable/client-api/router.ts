import type { DurableRequest, DurableResponse } from '../../contract.ts';
import { type Client, type Handler, refusal } from './client.ts';
import { raiseEvent, resume, suspend, terminate } from './control.ts';
import { readEntity, signalEntity } from './entities.ts';
import { listInstances } from './list.ts';
import { purgeByFilter, purgeInstance } from './purge.ts';
import { rewind } from './rewind.ts';
import { restart, startInstance } from './start.ts';
import { getStatus } from './status.ts';

/** An instance id may contain slashes, so it takes what the parts around it leave. */
const routes: readonly (readonly [string, RegExp, Handler])[] = [
  ['POST', /^orchestrators\/([^/]+)(?:\/(.+))?$/i, startInstance],
  ['GET', /^instances$/i, listInstances],
  ['DELETE', /^instances$/i, purgeByFilter],
  ['POST', /^instances\/(.+)\/raiseEvent\/([^/]+)$/i, raiseEvent],
  ['POST', /^instances\/(.+)\/terminate$/i, terminate],
  ['POST', /^instances\/(.+)\/suspend$/i, suspend],
  ['POST', /^instances\/(.+)\/resume$/i, resume],
  ['POST', /^instances\/(.+)\/rewind$/i, rewind],
  ['POST', /^instances\/(.+)\/restart$/i, restart],
  ['GET', /^instances\/(.+)$/i, getStatus],
  ['DELETE', /^instances\/(.+)$/i, purgeInstance],
  ['GET', /^entities\/([^/]+)\/(.+)$/i, readEntity],
  ['POST', /^entities\/([^/]+)\/(.+)$/i, signalEntity],
  ['DELETE', /^entities\/([^/]+)\/(.+)$/i, signalEntity],
];

/** Parts of the path may be percent-encoded. */
export function answerClient(
  client: Client,
  request: DurableRequest,
): DurableResponse | Promise<DurableResponse> {
  const path = request.path.replace(/^\/+|\/+$/g, '');
  for (const [method, pattern, handle] of routes) {
    const match = method === request.method.toUpperCase() ? pattern.exec(path) : null;
    if (!match) continue;
    const params = decodeAll(match.slice(1));
    return params ? handle(client, request, params) : refusal(400, `The path '${path}' is not well encoded.`);
  }
  return refusal(404, `There is no durable operation ${request.method} ${path}.`);
}

function decodeAll(parts: readonly (string | undefined)[]): string[] | null {
  try {
    return parts.map((part) => decodeURIComponent(part ?? ''));
  } catch {
    return null;
  }
}
