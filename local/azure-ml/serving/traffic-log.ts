/**
 * Requests to endpoints, as rows of AmlOnlineEndpointTrafficLog: its columns and their meaning are those of the reference of
 * Azure Monitor's tables. Pure.
 */
import { STATUS_CODES } from 'node:http';
import { localCloud } from '../../cloud-context.ts';

export interface Exchange {
  readonly endpoint: string;
  /** Empty where none was chosen. */
  readonly deployment: string;
  readonly authType: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly requestId: string;
  readonly clientRequestId: string;
  /** By the cloud's clock. */
  readonly receivedMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Real time, from the request's beginning: to its last byte, to the model's answer, to the end. */
  readonly requestMs: number;
  readonly modelMs: number | null;
  readonly totalMs: number;
  readonly status: number;
  readonly model: { readonly status: number; readonly reason: string } | null;
}

export const trafficTable = 'AmlOnlineEndpointTrafficLog';

export function trafficRow(exchange: Exchange): object {
  const { model, status } = exchange;
  return {
    TimeGenerated: new Date(exchange.receivedMs).toISOString(),
    AzureMLWorkspaceId: localCloud.workspaceId,
    AzureMLWorkspaceName: localCloud.workspace,
    EndpointName: exchange.endpoint,
    DeploymentName: exchange.deployment,
    Location: 'local',
    AuthType: exchange.authType,
    Method: exchange.method,
    Path: exchange.path,
    Protocol: 'HTTP/1.1',
    ResponseCode: status,
    ResponseCodeReason: reasonOf(status, ''),
    ModelStatusCode: model?.status ?? null,
    ModelStatusReason: model === null ? '' : reasonOf(model.status, model.reason),
    RequestPayloadSize: exchange.requestBytes,
    ResponsePayloadSize: exchange.responseBytes,
    RequestDurationMs: Math.round(exchange.requestMs),
    ResponseDurationMs: exchange.modelMs === null ? null : Math.round(exchange.modelMs),
    TotalDurationMs: Math.round(exchange.totalMs),
    RequestThrottlingDelayMs: 0,
    ResponseThrottlingDelayMs: 0,
    UserAgent: exchange.userAgent,
    XRequestId: exchange.requestId,
    XMSClientRequestId: exchange.clientRequestId,
  };
}

function reasonOf(status: number, given: string): string {
  return given === '' ? (STATUS_CODES[status] ?? '') : given;
}
