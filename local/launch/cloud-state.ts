/**
 * What the cloud process says of itself in HOME/cloud/cloud.json, and the settings the application gets from it.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { localCloud } from '../cloud-context.ts';
import { inboxSecret } from '../notices/inbox.ts';

export const CloudStateSchema = z.looseObject({
  pid: z.int(),
  /** Control root: `{control}/clock`. */
  control: z.string(),
  workspaceId: z.string(),
  armEndpoint: z.string(),
  /** What the scoring addresses of online endpoints begin with. */
  scoringEndpoint: z.string(),
  /** PEM file of the authority that signed the workspace's certificate. */
  caFile: z.string(),
  storage: z.string(),
  serviceBus: z.string(),
  eventGridEndpoint: z.string(),
  eventGridKey: z.string(),
  identityEndpoint: z.string(),
  identityHeader: z.string(),
  logsWorkspaceId: z.string(),
  logsEndpoint: z.string(),
  /** The organization of Azure DevOps. */
  azureDevOpsUrl: z.string(),
  gitHubUrl: z.string(),
  gitHubToken: z.string(),
});

export type CloudState = z.infer<typeof CloudStateSchema>;

/** The values of the application's local.settings.json. */
export function appSettings(cloud: CloudState, modelsFolder: string): Record<string, string> {
  return {
    AzureWebJobsStorage: cloud.storage,
    FUNCTIONS_WORKER_RUNTIME: 'node',
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '2097152',
    RATCHET_WORKSPACE_ID: cloud.workspaceId,
    RATCHET_ARM_ENDPOINT: cloud.armEndpoint,
    RATCHET_CA_FILE: cloud.caFile,
    RATCHET_STORAGE: cloud.storage,
    RATCHET_CONTAINER: localCloud.container,
    RATCHET_SERVICEBUS: cloud.serviceBus,
    RATCHET_EVENTGRID_ENDPOINT: cloud.eventGridEndpoint,
    RATCHET_EVENTGRID_KEY: cloud.eventGridKey,
    RATCHET_LOGS_WORKSPACE: cloud.logsWorkspaceId,
    RATCHET_LOGS_ENDPOINT: cloud.logsEndpoint,
    RATCHET_AZURE_DEVOPS_URL: cloud.azureDevOpsUrl,
    RATCHET_GITHUB_URL: cloud.gitHubUrl,
    RATCHET_GITHUB_TOKEN: cloud.gitHubToken,
    RATCHET_MODELS_DIR: modelsFolder,
    IDENTITY_ENDPOINT: cloud.identityEndpoint,
    IDENTITY_HEADER: cloud.identityHeader,
  };
}

/** With traces the application tells the local cloud what it does, and reads there what is kept of it. */
export function traceSettings(cloud: CloudState): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: cloud.control,
    // Whoever looks at a run that has just ended wants to see its end.
    OTEL_BSP_SCHEDULE_DELAY: '1000',
    RATCHET_TRACES: cloud.control,
  };
}

/** Notices come into the inbox of the local cloud, unless the shell says where else; each secret is the same at every start. */
export function noticeSettings(cloud: CloudState, hostPort: number): Record<string, string> {
  return {
    RATCHET_NOTICES: `local=webhook ${cloud.control}/notices ${inboxSecret(cloud.eventGridKey)}`,
    RATCHET_PUBLIC_URL: `http://127.0.0.1:${hostPort}`,
    RATCHET_LINK_SECRET: createHash('sha256').update(`links ${cloud.eventGridKey}`).digest('hex'),
  };
}

/** The state file of a process, once that process (and not one before it) has written it. */
export function readStateOf<T extends { pid: number }>(
  file: string,
  pid: number,
  schema: z.ZodType<T>,
): T | undefined {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // Not there yet, or being written.
  }
  if ((json as { pid?: unknown } | null)?.pid !== pid) return undefined;
  return schema.parse(json);
}
