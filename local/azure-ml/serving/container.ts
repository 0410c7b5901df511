/**
 * What a deployment runs on this machine: the custom-container contract without the container. Pure.
 *
 * A deployment says it as in Azure: its environment version carries `inferenceConfig` (routes and port), its
 * `codeConfiguration` names a code asset and a script in it. There is no docker here: in place of the image's own command
 * the script is run by the interpreter of its extension, as an image does whose command is
 * `node "$AML_APP_ROOT/$AZUREML_ENTRY_SCRIPT"`.
 *
 * Sources: specification 2022-10-01 (EnvironmentVersionProperties.inferenceConfig, CodeConfiguration); "Use a custom
 * container to deploy a model to an online endpoint"; microsoft/azureml-inference-server, constants.py (SERVER_PORT,
 * default 5001, AML_APP_ROOT, AZUREML_ENTRY_SCRIPT, AZUREML_MODEL_DIR; liveness `/`, scoring `/score`).
 */
import { extname, posix } from 'node:path';
import { z } from 'zod';
import { userError } from '../../http/service-error.ts';
import type { DeploymentDefinition } from '../deployment-definition.ts';
import { optional, problemsOf } from '../details.ts';

const RouteSchema = z.strictObject({
  path: z
    .string()
    .regex(/^\/[!-"$-~]*$/, 'must begin with a slash, such as /score, and be of plain characters'),
  port: z.int().min(1).max(65_535),
});
const InferenceConfigSchema = z.strictObject({
  livenessRoute: optional(RouteSchema),
  readinessRoute: optional(RouteSchema),
  scoringRoute: optional(RouteSchema),
});

/** Paths at the one port that the process is given. */
interface Routes {
  readonly liveness: string;
  readonly readiness: string;
  readonly scoring: string;
}

/** Those of the inference server, for an environment that names none. */
const defaultRoutes: Routes = { liveness: '/', readiness: '/', scoring: '/score' };

/** Throws a UserError that lists every problem of an environment's `inferenceConfig`. */
export function parseInferenceConfig(given: unknown): Routes {
  if (given === undefined || given === null) return defaultRoutes;
  const parsed = InferenceConfigSchema.safeParse(given);
  if (!parsed.success)
    throw userError(
      `The environment cannot be read: ${problemsOf('properties.inferenceConfig', parsed.error)}`,
    );
  const { livenessRoute, readinessRoute, scoringRoute } = parsed.data;
  return {
    liveness: livenessRoute?.path ?? defaultRoutes.liveness,
    readiness: readinessRoute?.path ?? livenessRoute?.path ?? defaultRoutes.readiness,
    scoring: scoringRoute?.path ?? defaultRoutes.scoring,
  };
}

export interface Container {
  readonly codeId: string;
  /** Below the code's folder, with slashes. */
  readonly script: string;
  readonly program: string;
  readonly routes: Routes;
}

const programs: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'].map((extension) => [extension, 'node']),
  ),
  '.py': 'python3',
};

/**
 * Null for a deployment that names no code: what its image or its MLflow model would run is not run here. Throws a
 * UserError for one that cannot be run. `environment` is what is registered; undefined where nothing is.
 */
export function containerOf(
  { properties }: DeploymentDefinition,
  environment: Readonly<Record<string, unknown>> | undefined,
): Container | null {
  const { codeId, scoringScript = '' } = properties.codeConfiguration ?? {};
  if (codeId === undefined) return null;
  const script = posix.normalize(scoringScript.replaceAll('\\', '/'));
  const subject = `properties.codeConfiguration.scoringScript: ${JSON.stringify(scoringScript)}`;
  if (script.startsWith('../') || posix.isAbsolute(script) || scoringScript.includes('\0'))
    throw userError(`${subject} lies outside of the code; name a file of it`);
  const program = programs[extname(script).toLowerCase()];
  if (program === undefined)
    throw userError(
      `${subject} is run by its extension on this machine, one of ${Object.keys(programs).join(', ')}; name such a file`,
    );
  return { codeId, script, program, routes: parseInferenceConfig(environment?.['inferenceConfig']) };
}

/** What another process is needed for: everything else of a deployment changes while it runs. */
export function runsAlike(a: DeploymentDefinition, b: DeploymentDefinition): boolean {
  return JSON.stringify(whatRuns(a)) === JSON.stringify(whatRuns(b));
}

function whatRuns({ properties }: DeploymentDefinition): unknown {
  const { model, environmentId, codeConfiguration, environmentVariables, livenessProbe, readinessProbe } =
    properties;
  const variables = Object.entries(environmentVariables).sort(([a], [b]) => (a < b ? -1 : 1));
  return [model, environmentId, codeConfiguration, variables, livenessProbe, readinessProbe];
}
