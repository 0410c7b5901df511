/**
 * What the processes of deployments print, as rows of AmlOnlineEndpointConsoleLog (reference of Azure Monitor's tables).
 */
import type { DeploymentDefinition } from '../deployment-definition.ts';

/** Puts rows into a table of the log workspace. */
export type LogSink = (table: string, rows: readonly object[]) => void;

interface Printed {
  readonly deployment: string;
  readonly instance: string;
  readonly definition: DeploymentDefinition;
  readonly chunk: Buffer;
}

/** A chunk ends with a line, but for a very long one. */
export function consoleRows(
  { deployment, instance, definition, chunk }: Printed,
  nowMs: number,
): [table: string, rows: readonly object[]] {
  const lines = chunk.toString('utf8').split(/\r?\n/);
  const rows = lines
    .filter((line) => line !== '')
    .map((Message) => ({
      TimeGenerated: new Date(nowMs).toISOString(),
      DeploymentName: deployment,
      InstanceId: instance,
      ContainerName: 'inference-server',
      ContainerImageName: definition.properties.environmentId ?? '',
      Message,
    }));
  return ['AmlOnlineEndpointConsoleLog', rows];
}
