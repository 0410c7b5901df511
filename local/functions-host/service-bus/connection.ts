/** From the `connection` of a trigger to a client, as the real host reads settings. */
import type { ServiceBusClient } from '@azure/service-bus';
import { LocalError } from '../../process/local-error.ts';

type Connection =
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'identity'; readonly namespace: string; readonly clientId: string | null };

/** The settings behind a connection name: `NAME` or `AzureWebJobsNAME`, or those of an identity. */
export function readConnection(functionName: string, name: string): Connection {
  for (const setting of [name, `AzureWebJobs${name}`]) {
    const text = process.env[setting];
    if (text !== undefined && text !== '') return { kind: 'string', text };
    const namespace = process.env[`${setting}__fullyQualifiedNamespace`];
    if (namespace !== undefined && namespace !== '') {
      return { kind: 'identity', namespace, clientId: process.env[`${setting}__clientId`] ?? null };
    }
  }
  throw new LocalError(
    'settings',
    `function ${functionName}: connection ${JSON.stringify(name)}: set ${name} to a Service Bus connection string, ` +
      `or ${name}__fullyQualifiedNamespace to its host`,
  );
}

const retryOptions = { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 10_000, mode: 0 } as const;

/** Opens a client. The library is loaded here, so that an app without this trigger never pays for it. */
export async function openClient(connection: Connection): Promise<ServiceBusClient> {
  const { ServiceBusClient: Client } = await import('@azure/service-bus');
  if (connection.kind === 'string') return new Client(connection.text, { retryOptions });
  const { DefaultAzureCredential } = await import('@azure/identity');
  const { clientId } = connection;
  const credential = new DefaultAzureCredential(
    clientId === null ? {} : { managedIdentityClientId: clientId },
  );
  return new Client(connection.namespace, credential, { retryOptions });
}
