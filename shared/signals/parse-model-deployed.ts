import type { DeployedModel, Deployment } from '../domain/deployment.ts';
import { type Fact, ignored } from './fact.ts';
import { excerpt, field, type IncomingEvent, text } from './read-event.ts';

/** What is neither a name nor a version would not fit into a key of the ledger. */
const endpointName = /^[\w.-]{1,128}$/;
/** `NAME:VERSION`, or `azureml:NAME:VERSION` as the command line of Azure ML writes it. */
const shortId = /^(?:azureml:)?([^\s:/]{1,255}):([^\s:/]{1,128})$/;
/** The resource id of a version, in a workspace or in a registry, with or without `azureml:` before it. */
const longId = /\/(?:registries\/([^\s/]{1,64})\/)?models\/([^\s:/]{1,255})\/versions\/([^\s:/]{1,128})$/i;
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

/** Null where the text names no model. */
export function readModelId(id: string): DeployedModel | null {
  const [, registry, longName, longVersion] = longId.exec(id) ?? [];
  if (longName !== undefined && longVersion !== undefined) {
    return { name: longName, version: longVersion, ...(registry && { registry }) };
  }
  const [, name, version] = shortId.exec(id) ?? [];
  return name === undefined || version === undefined ? null : { name, version };
}
