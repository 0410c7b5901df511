/**
 * The runs of a job's parts: the steps of a pipeline, the trials of a sweep. The service names them; what they are parts of is in
 * their tags.
 *
 * Source: "Query & compare experiments and runs with MLflow", Getting child (nested) runs, has the tag `mlflow.parentRunId` of
 * hyperparameter tuning and of pipelines; the name of a step is in a tag that we give it, and is its display name, too, which
 * MLflow has as `mlflow.runName`. Trials are named after their sweep, `SWEEP_3`, and counted from 0 (runs of HyperDrive in notebooks
 * that people have published): one of another name goes by that.
 */
import type { TrackedRun } from './tracked-run.ts';
import type { Tracking } from './tracking.ts';

export interface StepRun extends Pick<TrackedRun, 'runId' | 'status' | 'startedAt' | 'endedAt'> {
  /** The name of the step; of a trial, its number. */
  readonly step: string;
}

const parentTag = 'mlflow.parentRunId';
const nameTag = 'mlflow.runName';
export const stepTag = 'ratchetStep';
/** More than a pipeline or a sweep of ours has, and than the service starts again of them. */
const partsAtMost = 2_000;

/** In the order they began; empty where none has, or nobody knows the job. */
export async function findStepRuns(
  tracking: Pick<Tracking, 'findRun' | 'searchRuns'>,
  jobName: string,
): Promise<readonly (TrackedRun & StepRun)[]> {
  const parent = await tracking.findRun(jobName);
  if (parent === null) return [];
  const { experimentId } = parent;
  const filter = `tags.${parentTag} = '${jobName}'`;
  const runs = await tracking.searchRuns({ experimentId, filter, limit: partsAtMost });
  return runs
    .map((run) => ({ ...run, step: nameOf(run, jobName) }))
    .sort((a, b) => Date.parse(a.startedAt ?? '9999') - Date.parse(b.startedAt ?? '9999'));
}

/** What the steps of a pipeline have logged, and the pipeline itself. What two of them give different values is nobody's. */
export async function metricsOfSteps(
  tracking: Pick<Tracking, 'findRun' | 'searchRuns'>,
  jobName: string,
): Promise<Readonly<Record<string, number>>> {
  const own = await tracking.findRun(jobName);
  const logged = [
    own?.metrics ?? {},
    ...(await findStepRuns(tracking, jobName)).map(({ metrics }) => metrics),
  ];
  const values = new Map<string, Set<number>>();
  for (const [name, value] of logged.flatMap((metrics) => Object.entries(metrics)))
    values.set(name, (values.get(name) ?? new Set()).add(value));
  return Object.fromEntries(
    [...values].flatMap(([name, [value, ...others]]) => (others.length > 0 ? [] : [[name, value!]])),
  );
}

function nameOf({ runId, tags }: TrackedRun, jobName: string): string {
  return trialOf(runId, jobName) ?? tags[stepTag] ?? tags[nameTag] ?? runId;
}

/** The number of a trial of a sweep, by the name of its run; null where it is none of it. */
export function trialOf(runId: string, jobName: string): string | null {
  const rest = runId.startsWith(`${jobName}_`) ? runId.slice(jobName.length + 1) : '';
  return /^\d+$/.test(rest) ? rest : null;
}

/** The step that failed first; undefined where none has. */
export function firstFailed(runs: readonly StepRun[]): StepRun | undefined {
  const failed = runs.filter(({ status }) => status === 'FAILED');
  return failed.sort((a, b) => Date.parse(a.endedAt ?? '9999') - Date.parse(b.endedAt ?? '9999'))[0];
}

/** How long the machines of all steps ran; undefined where that is not known of each. `machines`: of a step, by its name. */
export function machineMs(
  runs: readonly StepRun[],
  machines: Readonly<Record<string, number>>,
): number | undefined {
  let sum = 0;
  for (const { step, startedAt, endedAt } of runs) {
    const count = machines[step];
    if (!endedAt || count === undefined) return undefined;
    // One that was cancelled before it began has no start.
    if (startedAt) sum += Math.max(0, Date.parse(endedAt) - Date.parse(startedAt)) * count;
  }
  return runs.length === 0 ? undefined : sum;
}
