/** From the `connection` of a blob trigger to a client, as the real host reads settings. */
import type { BlobServiceClient } from '@azure/storage-blob';
import { errorText, LocalError } from '../../process/local-error.ts';

type BlobConnection =
  | { readonly kind: 'string'; readonly setting: string; readonly text: string }
  | {
      readonly kind: 'identity';
      readonly setting: string;
      readonly serviceUri: string;
      readonly clientId: string | null;
    };

/** The settings behind a connection name: `NAME` or `AzureWebJobsNAME`, or those of an identity. */
export function readBlobConnection(functionName: string, name: string): BlobConnection {
  for (const setting of [name, `AzureWebJobs${name}`]) {
    const text = readSetting(setting);
    if (text !== null) return { kind: 'string', setting, text };
    const uriSetting = [`${setting}__blobServiceUri`, `${setting}__serviceUri`].find(readSetting);
    if (uriSetting !== undefined) {
      const clientId = readSetting(`${setting}__clientId`);
      return { kind: 'identity', setting: uriSetting, serviceUri: readSetting(uriSetting) ?? '', clientId };
    }
  }
  throw new LocalError(
    'settings',
    `function ${functionName}: connection ${JSON.stringify(name)}: set ${name} to a storage connection string, ` +
      `or ${name}__blobServiceUri to the address of the blob service`,
  );
}

function readSetting(setting: string): string | null {
  const value = process.env[setting];
  return value === undefined || value === '' ? null : value;
}

/** Event Grid gives an answer 30 s: a storage account that is away is better asked at the next delivery. */
const clientOptions = {
  retryOptions: { maxTries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 2000, tryTimeoutInMs: 60_000 },
};

/** Opens a client. The library is loaded here, so that an app without this trigger never pays for it. */
export async function openBlobService(
  functionName: string,
  connection: BlobConnection,
): Promise<BlobServiceClient> {
  const { BlobServiceClient: Client } = await import('@azure/storage-blob');
  try {
    if (connection.kind === 'string') return Client.fromConnectionString(connection.text, clientOptions);
    const { DefaultAzureCredential } = await import('@azure/identity');
    const { clientId, serviceUri } = connection;
    const credential = new DefaultAzureCredential(
      clientId === null ? {} : { managedIdentityClientId: clientId },
    );
    return new Client(new URL(serviceUri).href, credential, clientOptions);
  } catch (error) {
    const form =
      connection.kind === 'string' ? 'a storage connection string' : 'the address of a blob service';
    throw new LocalError(
      'settings',
      `function ${functionName}: setting ${connection.setting} is not ${form}: ${errorText(error)}`,
      error,
    );
  }
}
