/**
 * How a sweep ended: its best trial, where that one's model lies, and what every trial came to.
 *
 * Owns: that a best trial is one that ended well and left a model of its own. Does not own: which trial the service calls the best
 * (workspace.ts), which runs the trials are (step-runs.ts).
 *
 * Where the files of a trial's output lie is what its job says of them; where it says nothing, the place that azure-ai-ml looks
 * at then, `azureml/JOB/OUTPUT/` in the default datastore (`JobOperations._get_named_output_uri`; "Hyperparameter tuning a model
 * (v2)", Find the best trial job, downloads the output of the best trial so).
 */
import { readJobName } from '../domain/job-name.ts';
import type { Tuning } from '../domain/tuning.ts';
import { maskSecrets } from '../mask-secrets.ts';
import type { Sweep } from './describe-job.ts';
import { datastoreUri, trialsPath } from './run-files.ts';
import { trialOf } from './step-runs.ts';
import type { TrackedRun } from './tracked-run.ts';

type TrialRun = TrackedRun & { readonly step: string };

/** What the trials came to, for whoever wants to look at all of them: `runs/RUN/trials.json`. */
interface TrialsDocument extends Pick<Sweep, 'metric' | 'goal'> {
  readonly job: string;
  readonly best: string | null;
  readonly trials: readonly {
    readonly trial: string;
    readonly job: string;
    /** As MLflow words it. */
    readonly status: string;
    readonly value: number | null;
    readonly parameters: Readonly<Record<string, string>>;
    readonly startedAt: string | null;
    readonly endedAt: string | null;
  }[];
}

export interface Places {
  outputUri(jobName: string, output: string): Promise<string | null>;
  writeJson(path: string, document: object): Promise<unknown>;
}

interface Ended {
  readonly jobName: string;
  readonly sweep: Sweep;
  /** Empty where the workspace does not say. */
  readonly runs: readonly TrialRun[];
}

type Found =
  | { readonly tuned: Tuning; readonly modelUri: string }
  /** Why there is no model. */
  | { readonly error: string };

/** Of a sweep that has completed. Throws where workspace or storage are away. */
export async function findBestTrial(ended: Ended, places: Places): Promise<Found> {
  const { jobName, sweep, runs } = ended;
  await keepTrials(ended, places);
  const { best, metric } = sweep;
  if (best === null) {
    const error = `the workspace names no best trial: none has logged ${metric} and ended well; each trial logs it through MLflow by that name (docs/sweep-training.md)`;
    return { error };
  }
  const trial = trialOf(best, jobName) ?? best;
  const run = runs.find(({ runId }) => runId === best);
  if (run && run.status !== 'FINISHED')
    return { error: `the best trial, ${trial}, ended ${run.status}: its model is not whole` };
  const said = await places.outputUri(best, 'model');
  const modelUri = said ?? datastoreUri(`azureml/${best}/model/`);
  if (!modelUri.split('/').includes(best)) {
    const error = `the model of trial ${trial} lies at ${modelUri}, where other trials may have written, too: there is no telling whose it is`;
    return { error };
  }
  return { tuned: describeBest(ended, { trial, best }, run), modelUri: modelUri.replace(/\/*$/, '/') };
}

export function describeBest(
  { sweep, runs }: Ended,
  { trial, best }: { readonly trial: string; readonly best: string },
  run: TrialRun | undefined,
): Tuning {
  const { metric, goal } = sweep;
  const facts = {
    trial,
    jobName: best,
    ...{ metric, goal },
    value: lastOf(run, sweep),
    parameters: parametersOf(run, sweep),
    trials: runs.length,
    failed: runs.filter(({ status }) => status === 'FAILED').length,
    stopped: runs.filter(({ status }) => status === 'KILLED').length,
  };
  return { ...facts, sentence: say(facts) };
}

function say({
  trial,
  metric,
  value,
  parameters,
  trials,
  failed,
  stopped,
}: Omit<Tuning, 'sentence'>): string {
  const others = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(stopped > 0 ? [`${stopped} stopped early`] : []),
  ];
  const known = others.length > 0 ? ` (${others.join(', ')})` : '';
  const of = trials === 0 ? '' : ` of ${trials}${known}`;
  const reached = value === null ? ` by ${metric}` : `: ${metric} ${Number(value.toPrecision(6))}`;
  const tried = Object.entries(parameters).map(([name, text]) => `${name} ${text}`);
  return `Trial ${trial}${of} is the best${reached}${tried.length > 0 ? `, with ${tried.join(', ')}` : ''}.`;
}

export async function keepTrials({ jobName, sweep, runs }: Ended, places: Places): Promise<void> {
  const known = readJobName(jobName);
  if (known === null) return;
  const { metric, goal, best } = sweep;
  const document: TrialsDocument = {
    ...{
      job: jobName,
      metric,
      goal,
      best: runs.find(({ runId }) => runId === best)?.step ?? (best && trialOf(best, jobName)),
    },
    trials: runs.map((run) => ({
      ...{ trial: run.step, job: run.runId, status: run.status, value: lastOf(run, sweep) },
      ...{ parameters: parametersOf(run, sweep), startedAt: run.startedAt, endedAt: run.endedAt },
    })),
  };
  await places.writeJson(trialsPath(known.runId, known.attempt), document);
}

function lastOf(run: TrialRun | undefined, { metric }: Sweep): number | null {
  const value = run?.metrics[metric];
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function parametersOf(run: TrialRun | undefined, { parameters }: Sweep): Record<string, string> {
  return Object.fromEntries(
    parameters.flatMap((name) => {
      const value = run?.params[name];
      return value === undefined ? [] : [[name, maskSecrets(value).slice(0, 100)]];
    }),
  );
}
