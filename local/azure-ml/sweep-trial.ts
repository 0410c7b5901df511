/**
 * A trial of a sweep as the command job that it is when it runs. Pure.
 *
 * Source: trials are named `SWEEP_0`, `SWEEP_1`, … (runs of HyperDrive in notebooks that people have published); their output, which has
 * no address, lies where that of any job without one does (azure-ai-ml, `JobOperations._get_named_output_uri`); that a trial finds
 * AZUREML_SWEEP_NAME in its environment is said of azure-ai-ml's SweepJob.
 */
import { userError } from '../http/service-error.ts';
import { type JobDefinition, parseJob } from './job-definition.ts';
import type { SweepDefinition } from './sweep-definition.ts';
import { drawPoint, pointOfGrid, type Value } from './sweep-sampling.ts';

export const trialName = (sweep: string, trial: number): string => `${sweep}_${trial}`;

/** A value reaches the command as an input does, and so makes no words of it. */
const inputOf = (parameter: string): string => `search_space_${parameter}`;

/** Throws a UserError where the trial is what no job may be. */
export function trialJob(sweep: string, definition: SweepDefinition, trial: number): JobDefinition {
  const { trial: template, searchSpace, inputs, outputs, limits, experimentName } = definition;
  const values = valuesOf(sweep, definition, trial);
  for (const parameter of Object.keys(searchSpace)) {
    if (Object.hasOwn(inputs, inputOf(parameter)))
      throw userError(
        `properties.inputs.${inputOf(parameter)}: is what ${parameter} of the search space is here; rename it`,
      );
  }
  const { command, environmentVariables, ...more } = template;
  const literals = Object.entries(values).map(
    ([name, value]) => [inputOf(name), { jobInputType: 'literal', value: String(value) }] as const,
  );
  const swept = Object.entries(values).map(
    ([name, value]) => [`AZUREML_SWEEP_${name}`, String(value)] as const,
  );
  const properties = {
    jobType: 'Command',
    ...withoutAbsent({ ...more, computeId: definition.computeId, identity: definition.identity }),
    command: command.replaceAll(
      /\$\{\{\s*search_space\.(\w+)\s*\}\}/g,
      (_, name: string) => `\${{inputs.${inputOf(name)}}}`,
    ),
    experimentName,
    inputs: { ...inputs, ...Object.fromEntries(literals) },
    outputs,
    ...(limits.trialTimeout && { limits: { jobLimitsType: 'Command', timeout: limits.trialTimeout } }),
    environmentVariables: { ...environmentVariables, ...Object.fromEntries(swept) },
  };
  return parseJob(trialName(sweep, trial), properties, '2024-04-01').definition;
}

/** Bayesian sampling draws at random here: what the service learns from earlier trials is its own. */
export function valuesOf(
  sweep: string,
  { searchSpace, samplingAlgorithm }: SweepDefinition,
  trial: number,
): Record<string, Value> {
  if (samplingAlgorithm.samplingAlgorithmType === 'Grid') return pointOfGrid(searchSpace, trial);
  const seed = 'seed' in samplingAlgorithm ? samplingAlgorithm.seed : undefined;
  return drawPoint(searchSpace, seed === undefined ? sweep : String(seed), trial);
}

const withoutAbsent = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, field]) => field !== undefined));
