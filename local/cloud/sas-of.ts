import { BlobServiceClient, ContainerSASPermissions } from '@azure/storage-blob';
import { localCloud } from '../cloud-context.ts';

/** Lets a pipeline of this machine read and write the container of the workspace, as a secret variable of its group would. */
export async function sasOf(connectionString: string): Promise<string> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(
    localCloud.container,
  );
  const permissions = ContainerSASPermissions.parse('rcwl');
  // The clock of the local cloud may stand anywhere.
  const span = { startsOn: new Date('2000-01-01'), expiresOn: new Date('2100-01-01') };
  return new URL(await container.generateSasUrl({ permissions, ...span })).search.slice(1);
}
