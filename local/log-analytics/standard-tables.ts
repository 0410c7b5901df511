/**
 * Tables that a workspace has before any row: their columns are those of the reference of Azure Monitor's tables, without
 * what the service adds to every table. A query of one that is empty answers no rows, and is no error.
 */
import type { Column, Type } from './kql/values.ts';

function columns(types: Partial<Record<Type, readonly string[]>>): readonly Column[] {
  return Object.entries(types).flatMap(([type, names]) =>
    names.map((name) => ({ name, type: type as Type })),
  );
}

export const standardTables: Readonly<Record<string, readonly Column[]>> = {
  AppMetrics: columns({
    datetime: ['TimeGenerated'],
    string: ['Name', 'AppRoleName', 'AppRoleInstance', 'OperationId', 'OperationName', 'SDKVersion'],
    real: ['Sum', 'Min', 'Max'],
    long: ['ItemCount'],
    dynamic: ['Properties'],
  }),
  AmlOnlineEndpointTrafficLog: columns({
    datetime: ['TimeGenerated'],
    string: [
      ...['AzureMLWorkspaceId', 'AzureMLWorkspaceName', 'EndpointName', 'DeploymentName', 'Location'],
      ...['AuthType', 'IdentityData', 'OperationName', 'Method', 'Path', 'Protocol', 'UserAgent'],
      ...['ResponseCodeReason', 'ModelStatusReason', 'XRequestId', 'XMSClientRequestId'],
    ],
    long: [
      ...['ResponseCode', 'ModelStatusCode', 'RequestPayloadSize', 'ResponsePayloadSize'],
      ...['RequestDurationMs', 'ResponseDurationMs', 'TotalDurationMs'],
      ...['RequestThrottlingDelayMs', 'ResponseThrottlingDelayMs'],
    ],
  }),
  AmlOnlineEndpointConsoleLog: columns({
    datetime: ['TimeGenerated'],
    string: [
      ...['DeploymentName', 'InstanceId', 'ContainerName', 'ContainerImageName', 'OperationName', 'Message'],
    ],
  }),
};
