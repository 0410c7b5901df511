/**
 * Logs metrics to MLflow over REST, as the job's environment says: MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN and
 * MLFLOW_RUN_ID. Outside a job, where they are unset, metrics go to standard output alone.
 */
export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly step?: number;
}

export async function logMetrics(metrics: readonly Metric[]): Promise<void> {
  const trackingUri = process.env['MLFLOW_TRACKING_URI'];
  const runId = process.env['MLFLOW_RUN_ID'];
  if (!trackingUri || !runId) return;
  const timestamp = Date.now();
  const response = await fetch(`${restRoot(trackingUri)}/api/2.0/mlflow/runs/log-batch`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${process.env['MLFLOW_TRACKING_TOKEN'] ?? ''}`,
    },
    body: JSON.stringify({
      run_id: runId,
      metrics: metrics.map(({ key, value, step = 0 }) => ({ key, value, step, timestamp })),
    }),
  });
  if (!response.ok) {
    throw new Error(`MLflow at ${trackingUri} answered ${response.status}: ${await response.text()}`);
  }
}

/** Azure ML writes its tracking address with a scheme of its own. */
function restRoot(trackingUri: string): string {
  return trackingUri.replace(/^azureml:/, 'https:').replace(/\/+$/, '');
}
