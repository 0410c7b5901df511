/** Online endpoints, deployments and operations as they are kept, and as rows of the database. */
import type { DeploymentDefinition } from '../deployment-definition.ts';
import type { EndpointDefinition } from '../endpoint-definition.ts';
import type { Weights } from '../serving/weights.ts';

export type OnlineState = 'Creating' | 'Updating' | 'Deleting' | 'Succeeded' | 'Failed';

interface Online<Definition> {
  readonly seq: number;
  readonly endpoint: string;
  readonly resource: Definition;
  readonly state: OnlineState;
  /** The operation that changed it last. */
  readonly operation: string;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

export interface Endpoint extends Online<EndpointDefinition> {
  /** Those of the last change that has succeeded; null where an earlier edition made it. */
  readonly weights: Weights | null;
}

export interface Deployment extends Online<DeploymentDefinition> {
  readonly deployment: string;
  /** The model that was deployed last, `NAME:VERSION`; null where none ever was. */
  readonly served: string | null;
}

export interface OnlineOperation {
  readonly id: string;
  readonly endpoint: string;
  /** Empty where it is about the endpoint itself. */
  readonly deployment: string;
  readonly kind: 'put' | 'delete';
  readonly status: 'InProgress' | 'Succeeded' | 'Failed';
  readonly startedMs: number;
  readonly dueMs: number;
  readonly endedMs: number | null;
  readonly error: OperationError | null;
}

export interface OperationError {
  readonly code: string;
  readonly message: string;
}

export interface OnlineRow {
  seq: number;
  endpoint: string;
  deployment: string;
  resource: string;
  state: OnlineState;
  served: string | null;
  operation: string;
  created_ms: number;
  modified_ms: number;
}

/** An endpoint where no deployment is named. */
export function onlineOf(row: OnlineRow): Deployment | Endpoint {
  const { resource, created_ms: createdMs, modified_ms: modifiedMs, served, ...rest } = row;
  const kept = { ...rest, resource: JSON.parse(resource), createdMs, modifiedMs };
  if (row.deployment !== '') return { ...kept, served } as Deployment;
  return { ...kept, weights: served === null ? null : JSON.parse(served) } as Endpoint;
}

export interface OperationRow extends Omit<OnlineOperation, 'startedMs' | 'dueMs' | 'endedMs' | 'error'> {
  started_ms: number;
  due_ms: number;
  ended_ms: number | null;
  error: string | null;
}

export function operationOf(row: OperationRow): OnlineOperation {
  const { started_ms: startedMs, due_ms: dueMs, ended_ms: endedMs, error, ...rest } = row;
  return { ...rest, startedMs, dueMs, endedMs, error: error === null ? null : JSON.parse(error) };
}
