/** A run as the workspace's tracking server has it. */
export interface TrackedRun {
  readonly runId: string;
  readonly experimentId: string;
  /** As MLflow words it: SCHEDULED, RUNNING, FINISHED, FAILED, KILLED. */
  readonly status: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly tags: Readonly<Record<string, string>>;
  /** The last value of each metric. One that is no finite number stays one (NaN): a gate is to see that it was logged. */
  readonly metrics: Readonly<Record<string, number>>;
  /** What it logged of its parameters. */
  readonly params: Readonly<Record<string, string>>;
}

/** Reads a run of an MLflow answer, in which times are milliseconds, as numbers or as texts; null where it is none. */
export function toTrackedRun(raw: unknown): TrackedRun | null {
  const { info, data } = fieldsOf(raw);
  const { run_id, experiment_id, status, start_time, end_time } = fieldsOf(info);
  const { tags, metrics, params } = fieldsOf(data);
  if (typeof run_id !== 'string' || run_id === '') return null;
  return {
    runId: run_id,
    experimentId: String(experiment_id ?? ''),
    status: String(status ?? ''),
    startedAt: isoTime(start_time),
    endedAt: isoTime(end_time),
    tags: readTexts(tags),
    metrics: readMetrics(metrics),
    params: readTexts(params),
  };
}

function readTexts(raw: unknown): Record<string, string> {
  const pairs = (Array.isArray(raw) ? raw : []).map(fieldsOf);
  return Object.fromEntries(pairs.map(({ key, value }) => [String(key), String(value ?? '')]));
}

function readMetrics(raw: unknown): Record<string, number> {
  const metrics = (Array.isArray(raw) ? raw : []).map(fieldsOf);
  return Object.fromEntries(
    metrics.flatMap(({ key, value }) =>
      typeof key === 'string' ? [[key, Number(value ?? Number.NaN)]] : [],
    ),
  );
}

function isoTime(raw: unknown): string | null {
  const ms = Number(raw ?? Number.NaN);
  return ms > 0 && ms < 8.64e15 ? new Date(ms).toISOString() : null;
}

function fieldsOf(raw: unknown): Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
}
