/**
 * How a training by AutoML ended: its best trial, and what every trial came to.
 *
 * Owns: that these are told where the workspace knows them; a model there is either way, in the pipeline's output. Does not own:
 * which runs are trials, and which is the best (automl-runs.ts).
 */
import type { Tuning } from '../domain/tuning.ts';
import type { AutomlRuns } from './automl-runs.ts';
import type { Automl } from './describe-job.ts';
import { datastoreUri } from './run-files.ts';
import { describeBest, keepTrials, type Places } from './tell-sweep.ts';

interface Ended {
  readonly jobName: string;
  readonly automl: Automl;
  readonly found: AutomlRuns;
}

type Found =
  | { readonly tuned?: Tuning; readonly modelUri?: string }
  /** Why there is no model. */
  | { readonly error: string };

/** Of a pipeline that has completed. Throws where workspace or storage are away. */
export async function findBestModel({ jobName, automl, found }: Ended, places: Places): Promise<Found> {
  const { best, algorithms, trials } = found;
  const runs = trials.map((run) => {
    const algorithm = algorithms[run.runId];
    return { ...run, params: algorithm === undefined ? {} : { algorithm } };
  });
  const search = { ...automl, parameters: ['algorithm'], machines: 1, best };
  const ended = { jobName, sweep: search, runs };
  await keepTrials(ended, places);
  const run = runs.find(({ runId }) => runId === best);
  const tuned = run && {
    ...describeBest(ended, { trial: run.step, best: run.runId }, run),
    by: 'automl' as const,
  };
  const place = await findPlace(jobName, places);
  return 'error' in place ? place : { ...place, ...(tuned && { tuned }) };
}

/** It was sent with an address; where the service says another one, the files are there. */
async function findPlace(
  jobName: string,
  { outputUri }: Places,
): Promise<{ readonly modelUri?: string } | { readonly error: string }> {
  const said = await outputUri(jobName, 'model');
  if (said === null) return {};
  const [, path] = /\/datastores\/[^/]+\/paths\/(.+)$/.exec(said) ?? [];
  if (path !== undefined) {
    const isSent = /^runs\/[^/]+\/model(?:-\d+)?\/?$/.test(path) && said.includes('/workspaceblobstore/');
    return isSent ? {} : { modelUri: said.replace(/\/*$/, '/') };
  }
  const error = `the workspace says that the best model lies at ${said}, which is no path of a datastore such as ${datastoreUri('…')}: register it by hand (docs/existing-azure-ml-job.md)`;
  return { error };
}
