/**
 * Logs metrics and tags to MLflow over REST, as the job's environment says: MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN
 * and MLFLOW_RUN_ID. Outside a job, where they are unset, nothing is logged: standard output has it all.
 */
export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly step?: number;
}

export async function logMetrics(metrics: readonly Metric[]): Promise<void> {
  const timestamp = Date.now();
  await logBatch({ metrics: metrics.map(({ key, value, step = 0 }) => ({ key, value, step, timestamp })) });
}

/** Sets a tag of the job's own run. */
export async function setTag(key: string, value: string): Promise<void> {
  await logBatch({ tags: [{ key, value }] });
}

async function logBatch(batch: Readonly<Record<string, readonly object[]>>): Promise<void> {
  const trackingUri = process.env['MLFLOW_TRACKING_URI'];
  const runId = process.env['MLFLOW_RUN_ID'];
  if (!trackingUri || !runId) return;
  const response = await fetch(`${restRoot(trackingUri)}/api/2.0/mlflow/runs/log-batch`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${process.env['MLFLOW_TRACKING_TOKEN'] ?? ''}`,
    },
    body: JSON.stringify({ run_id: runId, ...batch }),
  });
  if (!response.ok) {
    throw new Error(`MLflow at ${trackingUri} answered ${response.status}: ${await response.text()}`);
  }
}

/** Azure ML writes its tracking address with a scheme of its own. */
function restRoot(trackingUri: string): string {
  return trackingUri.replace(/^azureml:/, 'https:').replace(/\/+$/, '');
}
