import type { Deployment } from '../domain/deployment.ts';
import { readDocument, writeDocument } from './document.ts';

/** A row of the table RatchetDeployments: few, and read together. The document is the whole deployment. */
interface DeploymentRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string;
}

export function deploymentRow(deployment: Deployment): DeploymentRow {
  const { endpoint, models, since, eventId } = deployment;
  return {
    partitionKey: 'endpoints',
    rowKey: endpoint,
    models: models
      .map(({ name, version }) => `${name}:${version}`)
      .join(',')
      .slice(0, 1000),
    since,
    eventId,
    ...writeDocument(deployment, { endpoint }),
  };
}

export function deploymentOf(row: Readonly<Record<string, unknown>>): Deployment {
  return readDocument<Deployment>(row);
}
