import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { DefaultAzureCredential } from '@azure/identity';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, vi } from 'vitest';
import { type AzureMl, startAzureMl } from '../../../local/azure-ml/index.ts';
import { SystemClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import { type CloudContext, localCloud } from '../../../local/cloud-context.ts';
import { type Identity, startIdentity } from '../../../local/identity/index.ts';
import { startStorage } from '../../../local/storage/index.ts';
import { openTls, type TlsMaterial } from '../../../local/tls/index.ts';

/** A folder that is gone after the tests of this file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-application-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function cloudContext(home: string, name: string): CloudContext {
  const folder = join(home, name);
  mkdirSync(folder, { recursive: true });
  return { home: folder, clock: new SystemClock(), work: new Work(), log: () => {}, publish: () => {} };
}

/** Storage alone, and the settings that lead the application to it, for the tests of one file. */
export async function startStorageAlone(): Promise<Readonly<Record<string, string>>> {
  const storage = await startStorage({
    ...cloudContext(temporaryFolder(), 'storage'),
    blobPort: 0,
    tablePort: 0,
  });
  afterAll(() => storage.stop());
  return {
    RATCHET_WORKSPACE_ID: localCloud.workspaceId,
    RATCHET_CONTAINER: localCloud.container,
    RATCHET_STORAGE: storage.connectionString,
  };
}

export interface LocalServices {
  readonly settings: Readonly<Record<string, string>>;
  readonly container: ContainerClient;
  readonly azureMl: AzureMl;
  readonly tls: TlsMaterial;
  readonly identity: Identity;
  /** The workspace's own client, to look at what the application did. */
  readonly ml: AzureMachineLearningWorkspaces;
}

/** Workspace, identity and storage for the tests of one file; the settings lead the application to them. */
export async function startServices(home: string): Promise<LocalServices> {
  const storage = await startStorage({ ...cloudContext(home, 'storage'), blobPort: 0, tablePort: 0 });
  const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient(
    localCloud.container,
  );
  await container.createIfNotExists();
  const tls = openTls(join(home, 'tls'));
  const identity = await startIdentity({ ...cloudContext(home, 'identity'), port: 0 });
  // The credential looks for its endpoint in the environment of the process, as it does in Azure.
  vi.stubEnv('IDENTITY_ENDPOINT', identity.environment.IDENTITY_ENDPOINT);
  vi.stubEnv('IDENTITY_HEADER', identity.environment.IDENTITY_HEADER);
  const azureMl = await startAzureMl({
    ...cloudContext(home, 'azure-ml'),
    port: 0,
    tls,
    identity,
    blob: { endpoint: storage.blobEndpoint, connectionString: storage.connectionString },
  });
  const ml = new AzureMachineLearningWorkspaces(new DefaultAzureCredential(), localCloud.subscriptionId, {
    endpoint: azureMl.endpoint,
    tlsOptions: { ca: tls.ca },
  });
  afterAll(async () => {
    await azureMl.stop();
    await identity.stop();
    await storage.stop();
  });
  const settings = {
    RATCHET_WORKSPACE_ID: localCloud.workspaceId,
    RATCHET_ARM_ENDPOINT: azureMl.endpoint,
    RATCHET_CA_FILE: tls.caFile,
    RATCHET_STORAGE: storage.connectionString,
    RATCHET_CONTAINER: localCloud.container,
  };
  return { settings, container, azureMl, tls, identity, ml };
}
