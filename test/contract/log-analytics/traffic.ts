/** Rows of the traffic log as an online endpoint writes them. */

export const endpoint = 'spam-filter';

/** Columns as in the table's reference; what a test is not about is filled in. */
export interface TrafficRow {
  readonly TimeGenerated: string;
  readonly DeploymentName: string;
  readonly EndpointName?: string;
  readonly AzureMLWorkspaceName?: string;
  readonly ResponseCode?: number | null;
  readonly ModelStatusCode?: number | null;
  readonly TotalDurationMs?: number | null;
}

export function trafficRows(workspace: string, rows: readonly TrafficRow[]): object[] {
  return rows.map((row) => ({
    ...{ AuthType: 'Key', AzureMLWorkspaceName: workspace, EndpointName: endpoint },
    ...{ Method: 'POST', Path: '/score', Protocol: 'HTTP/1.1', OperationName: 'Scoring' },
    ...{ ResponseCode: 200, ResponseCodeReason: 'OK', ModelStatusCode: 200, ModelStatusReason: 'OK' },
    ...{ TotalDurationMs: 20, ...row },
  }));
}
