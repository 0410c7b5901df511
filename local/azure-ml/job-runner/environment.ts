import { delimiter, dirname, join } from 'node:path';
import { forAnyProgram, pickEnvironment } from '../../process/environment.ts';
import { experimentIdOf } from '../events.ts';
import type { JobDefinition } from '../job-definition.ts';

interface JobSurroundings {
  readonly folder: string;
  readonly caFile: string;
  readonly trackingUri: string;
  readonly trackingToken: string;
}

/** The folders that are a job's alone, named in its environment: what it has started is known by them, wherever it went. */
export const homeOf = (jobFolder: string): string => join(jobFolder, 'home');
export const temporaryOf = (jobFolder: string): string => join(jobFolder, 'tmp');

const namesSecret = /token|secret|passw|pwd|key|credential|connection_?string|sas(?:_|$)|(?:^|_)pat(?:_|$)/i;

/** The values in a job's environment whose names say that they are secrets. */
export function secretsIn(environment: Readonly<Record<string, string>>): string[] {
  return Object.entries(environment).flatMap(([name, value]) => (namesSecret.test(name) ? [value] : []));
}

/**
 * What every process of the workspace finds, in folders of its own. Of this program's environment only what
 * leads to programs is passed on: a process must not find the keys and endpoints of the machine it happens to run on. `own` are
 * the variables that the job or deployment sets itself.
 */
export function containedEnvironment(
  folder: string,
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const temporary = temporaryOf(folder);
  const home = homeOf(folder);
  return {
    ...pickEnvironment(forAnyProgram),
    ...own,
    ...(process.platform === 'win32' && { USERPROFILE: home }),
    PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
    HOME: home,
    TMPDIR: temporary,
    TMP: temporary,
    TEMP: temporary,
  };
}

/** The environment variables of a job's process. What the service sets wins over the job's own. */
export function jobEnvironment(
  job: { readonly name: string; readonly definition: JobDefinition },
  surroundings: JobSurroundings,
): Record<string, string> {
  return {
    ...containedEnvironment(surroundings.folder, job.definition.environmentVariables),
    AZUREML_RUN_ID: job.name,
    MLFLOW_RUN_ID: job.name,
    MLFLOW_EXPERIMENT_ID: experimentIdOf(job.definition.experimentName),
    MLFLOW_EXPERIMENT_NAME: job.definition.experimentName,
    MLFLOW_TRACKING_URI: surroundings.trackingUri,
    MLFLOW_TRACKING_TOKEN: surroundings.trackingToken,
    NODE_EXTRA_CA_CERTS: surroundings.caFile,
  };
}
