/**
 * Builds the pipeline job of a run's phase, and the components that its commands are; a published one is named as it stands.
 *
 * Pure: equal arguments give an equal job and equal components. A component's version is the hash of what it is, so that one
 * that is registered already is the same.
 *
 * Source: specification 2024-04-01, PipelineJob and ComponentVersion, which leave the content of `jobs`, `settings` and
 * `componentSpec` open; what is in them, and that a step has a component whose command it runs, is as azure-ai-ml sends it
 * (PipelineJob and Command, `_to_rest_object`, and their tests): raw JSON in snake_case.
 */
import type { PipelineJob } from '@azure/arm-machinelearning';

import { serverless } from '../domain/asset-id.ts';
import { jobNameOf } from '../domain/job-name.ts';
import { fileInputs, literalInputs, outputsOf, tagsOf } from './build-job.ts';
import { type Build, componentOf, isCommand, type PipelineRequest, resultIn, stepOf } from './build-steps.ts';
import type { StepComponent } from './component-registry.ts';
import { type FoundComponents, outputName } from './find-components.ts';
import { computeFields } from './job-compute.ts';
import { longUri } from './run-files.ts';

interface BuiltPipeline {
  /** Of the steps that are commands, by their names. */
  readonly components: Readonly<Record<string, StepComponent>>;
  readonly job: PipelineJob;
}

/** `found`: what the components declare that are known, by the names of their steps. */
export function buildPipeline(
  request: PipelineRequest,
  workspaceId: string,
  found: FoundComponents = {},
): BuiltPipeline {
  const { runId, model, phase, job } = request;
  const subject = { run: runId, model, job: jobNameOf(request) };
  const uriOf = (uri: string): string => longUri(workspaceId, uri);
  const inputs = { ...literalInputs(job, subject), ...fileInputs(request, uriOf) };
  const build: Build = { request, workspaceId, inputs, found };
  const steps = Object.entries(job.steps);
  const components = Object.fromEntries(
    steps.flatMap(([name, step]) => (isCommand(step) ? [[name, componentOf(build, name, step)]] : [])),
  );
  const isServerless = job.compute === serverless;
  return {
    components,
    job: {
      jobType: 'Pipeline',
      displayName: jobNameOf(request),
      experimentName: model,
      ...(job.identity && { identity: computeFields(job, workspaceId).identity! }),
      inputs,
      outputs: typedOutputs(build, outputsOf(request, uriOf)),
      jobs: Object.fromEntries(
        steps.map(([name, step]) => [name, stepOf(build, name, step, components[name])]),
      ),
      settings: {
        ...(isServerless && { default_compute: serverless }),
        ...wholeSettings,
      },
      tags: tagsOf(job, runId, phase),
    },
  };
}

export const wholeSettings = {
  continue_on_step_failure: false,
  // The service looks at the addresses of inputs alone: with other files below them, results of before are stale.
  force_rerun: true,
} as const;

/** What the job is for has the type that the component declares whose output it is. */
function typedOutputs(
  { request, found }: Build,
  outputs: NonNullable<PipelineJob['outputs']>,
): NonNullable<PipelineJob['outputs']> {
  const result = resultIn({ request });
  const writer = Object.entries(request.job.steps).find(
    ([, step]) => step.kind === 'component' && step.outputs?.[result] !== undefined,
  );
  const name = writer?.[1].kind === 'component' ? outputName(writer[1], result) : '';
  return withType(outputs, writer && found[writer[0]]?.outputs[name]);
}

/** Undefined: the type is not known, and a folder is what is sent. */
export function withType(
  outputs: NonNullable<PipelineJob['outputs']>,
  type: string | undefined,
): NonNullable<PipelineJob['outputs']> {
  if (type === undefined) return outputs;
  return Object.fromEntries(
    Object.entries(outputs).map(([name, port]) => [name, { ...port, jobOutputType: type as 'uri_folder' }]),
  );
}
