import type { Deployment } from '../domain/deployment.ts';
import { readModelId } from '../domain/model-id.ts';
import { type Fact, ignored } from './fact.ts';
import { excerpt, field, type IncomingEvent, text } from './read-event.ts';

/** What is neither a name nor a version would not fit into a key of the ledger. */
const endpointName = /^[\w.-]{1,128}$/;
const modelsAtMost = 100;

/**
 * ModelDeployed: what an endpoint serves from now on, all of it. `ModelIds` is a list, `model:version,model:version`.
 *
 * Source: Azure Event Grid event schema for Azure Machine Learning. No event tells of an endpoint's end.
 */
export function parseModelDeployed(event: IncomingEvent): Fact {
  const endpoint = text(field(event.data, 'serviceName'));
  if (endpoint === null || !endpointName.test(endpoint))
    return ignored('no endpoint', 'the event names no endpoint');
  if (event.time === null)
    return ignored('no time', `the deployment to ${endpoint} has no time: it may be an old one`);
  const given = field(event.data, 'modelIds');
  const ids = Array.isArray(given) ? given.map((id) => text(id) ?? '') : (text(given) ?? '').split(',');
  const models = ids.slice(0, modelsAtMost).flatMap((id) => readModelId(id.trim()) ?? []);
  if (models.length === 0)
    return ignored('no model', `the deployment to ${endpoint} names no model`, endpoint);
  const deployment: Deployment = { endpoint, models, since: event.time, eventId: excerpt(event.id) };
  return { type: 'deployed', deployment };
}
