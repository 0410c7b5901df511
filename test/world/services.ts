/** The services of the local cloud as tests cut them off: by the port that the application calls. */
import type { CloudState } from '../../local/launch/cloud-state.ts';

export type Service = 'azureMl' | 'blobs' | 'tables' | 'serviceBus' | 'eventGrid' | 'identity' | 'logs';

export function portOf(service: Service, cloud: CloudState): number {
  const named = (name: string, text: string) => new RegExp(`${name}=[^;]*:(\\d+)`).exec(text)?.[1];
  const port = {
    azureMl: new URL(cloud.armEndpoint).port,
    blobs: named('BlobEndpoint', cloud.storage),
    tables: named('TableEndpoint', cloud.storage),
    serviceBus: named('Endpoint', cloud.serviceBus),
    eventGrid: new URL(cloud.eventGridEndpoint).port,
    identity: new URL(cloud.identityEndpoint).port,
    logs: new URL(cloud.logsEndpoint).port,
  }[service];
  if (!port) throw new Error(`the local cloud has no port of ${service}`);
  return Number(port);
}
