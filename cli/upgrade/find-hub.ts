/** Which task hub is meant: one in a storage account, or else that of the embedded host. */
import { join } from 'node:path';
import type { TaskHub } from '../../local/functions-host/durable/takeover/hub-item.ts';
import { openLocalHub } from '../../local/functions-host/durable/takeover/read-local-hub.ts';
import { UsageError } from '../command.ts';
import { findHome, near } from '../find-service.ts';
import { storageTaskHub } from './storage-hub.ts';

export interface WhichHub {
  /** The name of an account, or of a variable with a connection string. */
  readonly storage?: string | undefined;
  /** With storage the hub's name, without it the host's durable.db. */
  readonly hub?: string | undefined;
}

/** `hubName` is what the package's host.json says. */
export async function findHub({ storage, hub }: WhichHub, hubName: string): Promise<TaskHub> {
  if (storage !== undefined) return openStorageHub(storage, hub ?? hubName);
  if (hub !== undefined) return openLocalHub(hub);
  const home = findHome();
  if (home === null)
    throw new UsageError(
      'there is no .ratchet here or in a folder above: give --storage ACCOUNT, or --hub FILE, the durable.db of a host',
    );
  return openLocalHub(near(join(home, 'host', 'durable.db')));
}

async function openStorageHub(storage: string, name: string): Promise<TaskHub> {
  const { TableClient } = await import('@azure/data-tables');
  const { BlobServiceClient } = await import('@azure/storage-blob');
  const described = `task hub ${name} of ${storage}`;
  // Names of containers are in lower case.
  const container = `${name.toLowerCase()}-largemessages`;
  if (/^[a-z0-9]{3,24}$/.test(storage)) {
    const { DefaultAzureCredential } = await import('@azure/identity');
    const credential = new DefaultAzureCredential();
    const table = (of: string) =>
      new TableClient(`https://${storage}.table.core.windows.net`, `${name}${of}`, credential);
    return storageTaskHub({
      described,
      instances: table('Instances'),
      history: table('History'),
      largeMessages: new BlobServiceClient(
        `https://${storage}.blob.core.windows.net`,
        credential,
      ).getContainerClient(container),
    });
  }
  const connection = process.env[storage];
  if (!connection)
    throw new UsageError(
      `--storage: expected the name of a storage account (3 to 24 lower-case letters and digits) or of a variable of the environment with a connection string, got ${JSON.stringify(storage)}`,
    );
  const table = (of: string) =>
    TableClient.fromConnectionString(connection, `${name}${of}`, { allowInsecureConnection: true });
  return storageTaskHub({
    described,
    instances: table('Instances'),
    history: table('History'),
    largeMessages: BlobServiceClient.fromConnectionString(connection).getContainerClient(container),
  });
}
