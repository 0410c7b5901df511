/** Brings the files of a deployment onto this machine, and says how its process is run. */
import { access } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Blobs } from '../blobs.ts';
import { type DeploymentDefinition, readModelId } from '../deployment-definition.ts';
import { makeEmpty, makeFolder } from '../job-runner/contained.ts';
import { containedEnvironment, secretsIn } from '../job-runner/environment.ts';
import { JobFailure } from '../job-runner/failure.ts';
import { prepareCode } from '../job-runner/inputs.ts';
import type { Locator } from '../locate.ts';
import type { Container } from './container.ts';
import type { InstancePlan } from './instance.ts';
import { planProbe } from './probes.ts';

interface Storage {
  readonly blobs: Blobs;
  readonly locator: Locator;
}

export const folderOf = (home: string, id: string): string => join(home, 'deployments', id);
export const logName = 'std_log.txt';

/** Makes the folder anew. Throws a JobFailure or a UserError where something is not there. */
export async function bringFiles(
  definition: DeploymentDefinition,
  { codeId, script }: Container,
  place: { readonly home: string; readonly id: string },
  storage: Storage,
  signal: AbortSignal,
): Promise<void> {
  const folder = await makeFolder(place.home, 'deployments', place.id);
  for (const name of ['code', 'model', 'tmp', 'home']) await makeEmpty(folder, name);
  await makeFolder(folder, 'logs');
  await prepareCode({ codeId }, join(folder, 'code'), storage, signal);
  await access(join(folder, 'code', script)).catch(() => {
    throw new JobFailure('BadArgument', `the code has no file ${JSON.stringify(script)}`);
  });
  await bringModel(definition, folder, storage, signal);
}

/**
 * As the service lays it out: below AZUREML_MODEL_DIR lies the last part of the path that the model was registered from
 * ("Use a custom container to deploy a model": MODEL_BASE_PATH/MODEL_NAME).
 */
async function bringModel(
  { properties: { model } }: DeploymentDefinition,
  folder: string,
  { blobs, locator }: Storage,
  signal: AbortSignal,
): Promise<void> {
  const location = locator.locate('properties.model', model, 'models');
  const target = join(modelFolder(folder, model), posix.basename(location.path));
  const isFile = !location.path.endsWith('/') && (await blobs.fetchFile(location, target, signal));
  if (isFile || (await blobs.fetchFolder(location, target, signal)) > 0) return;
  throw new JobFailure('BadArgument', `Unable to download user model: ${model} has no files`);
}

function modelFolder(folder: string, model: string): string {
  const { name, version } = readModelId(model);
  return join(folder, 'model', name, version);
}

export function planInstance(
  { properties }: DeploymentDefinition,
  { script, program, routes }: Container,
  folder: string,
): InstancePlan {
  const code = join(folder, 'code');
  const env = {
    ...containedEnvironment(folder, properties.environmentVariables),
    AZUREML_MODEL_DIR: modelFolder(folder, properties.model),
    AML_APP_ROOT: code,
    AZUREML_ENTRY_SCRIPT: script,
  };
  return {
    words: [program, join(code, script)],
    cwd: code,
    folder,
    logFile: join(folder, 'logs', logName),
    env: (port) => ({ ...env, SERVER_PORT: String(port) }),
    secrets: secretsIn(env),
    liveness: planProbe(routes.liveness, properties.livenessProbe),
    readiness: planProbe(routes.readiness, properties.readinessProbe),
    scoringPath: routes.scoring,
  };
}
