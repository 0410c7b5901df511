/**
 * The runs of a training by AutoML: those of the pipeline's steps, and of the AutoML job's own parts below them.
 *
 * Source: in a pipeline the run of an AutoML job is a child of the pipeline's, as any step's is; the runs of its trials are its
 * children, named `JOB_0`, `JOB_1`, … with `JOB_setup` and `JOB_featurize` before them. Which one is the best is in its tag
 * `automl_best_child_run_id` ("Set up AutoML to train computer vision models", and azureml-examples), and with which algorithm each
 * was made in `iteration_000` and `run_algorithm_000`, lists parted by semicolons (runs that people have published).
 */
import { findStepRuns, type StepRun, trialOf } from './step-runs.ts';
import type { TrackedRun } from './tracked-run.ts';
import type { Tracking } from './tracking.ts';

/** What the two steps of the pipeline are called. */
export const prepareStep = 'prepare';
export const automlStep = 'automl';

export interface AutomlRuns {
  /** Of the pipeline's steps and of the parts of the AutoML job, in the order they began. */
  readonly runs: readonly (TrackedRun & StepRun)[];
  /** Those of the trials among them. */
  readonly trials: readonly (TrackedRun & StepRun)[];
  /** The run of the best trial; null while there is none. */
  readonly best: string | null;
  /** What each trial tried, by the name of its run. */
  readonly algorithms: Readonly<Record<string, string>>;
}

export async function findAutomlRuns(
  tracking: Pick<Tracking, 'findRun' | 'searchRuns'>,
  jobName: string,
): Promise<AutomlRuns> {
  const steps = await findStepRuns(tracking, jobName);
  const driver = steps.find(({ step }) => step === automlStep);
  const parts = driver ? await findStepRuns(tracking, driver.runId) : [];
  const named = parts.map((run) => ({ ...run, step: partName(run, driver!.runId) }));
  const runs = [...steps, ...named];
  const trials = named.filter(({ runId }) => trialOf(runId, driver!.runId) !== null);
  const { automl_best_child_run_id: best } = driver?.tags ?? {};
  return { runs, trials, best: best || null, algorithms: driver ? algorithmsOf(driver) : {} };
}

/** `setup` of `JOB_setup`. */
function partName({ runId, step }: StepRun, driver: string): string {
  return runId.startsWith(`${driver}_`) ? runId.slice(driver.length + 1) : step;
}

/** Beyond some hundred trials the lists go on in `iteration_001`, and so on. */
function algorithmsOf({ runId, tags }: TrackedRun): Record<string, string> {
  const lists = Object.keys(tags).filter((tag) => /^iteration_\d{3}$/.test(tag));
  const pairs = lists.flatMap((tag) => {
    const names = (tags[tag.replace('iteration', 'run_algorithm')] ?? '').split(';');
    return tags[tag]!.split(';').map((trial, at) => [`${runId}_${trial}`, names[at] ?? ''] as const);
  });
  return Object.fromEntries(pairs.filter(([, name]) => name !== ''));
}

/**
 * Those among which the one that failed first says why all failed. The run of the AutoML job itself says it only where a trial
 * has gone well, or none of its parts has failed: it ends with its setup, in the same moment, and says no more than that did.
 */
export function blamed<Run extends StepRun>(runs: readonly Run[]): readonly Run[] {
  const own = runs.filter(({ step }) => step === automlStep);
  const parts = runs.filter(({ step }) => step !== automlStep);
  const hasTrial = parts.some(({ step, status }) => partKindOf(step) === 'trial' && status === 'FINISHED');
  if (hasTrial && own.some(({ status }) => status === 'FAILED')) return own;
  return parts.some(({ status }) => status === 'FAILED') ? parts : runs;
}

/** Whether a part is a trial, which goes by its number. */
export const partKindOf = (step: string): 'step' | 'trial' => (/^\d+$/.test(step) ? 'trial' : 'step');

/**
 * How many machines each part takes. The run of the AutoML job itself takes none: what runs are its parts. Where none of them is
 * known, nothing is known of its machines either.
 */
export function machinesOfParts(
  { runs }: Pick<AutomlRuns, 'runs'>,
  steps: Readonly<Record<string, number>>,
): Record<string, number> {
  const hasParts = runs.some(({ step }) => !Object.hasOwn(steps, step));
  const { [automlStep]: _, ...others } = steps;
  const parts = runs.filter(({ step }) => step !== automlStep).map(({ step }) => [step, others[step] ?? 1]);
  return { ...Object.fromEntries(parts), ...(hasParts && { [automlStep]: 0 }) };
}
