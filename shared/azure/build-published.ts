/**
 * Builds the pipeline job that runs a published pipeline as a whole.
 *
 * Pure: equal arguments give an equal job.
 *
 * Source: specification 2022-10-01, JobBaseProperties, `componentId`; that a pipeline job names the whole pipeline by it, without
 * steps of its own, is as azure-ai-ml sends a job of a component that is published (PipelineJob, `_to_rest_object`), and that
 * `settings` hold for the root alone is its Pipeline node's. Its inputs and outputs have the component's own names.
 */
import type { PipelineJob } from '@azure/arm-machinelearning';
import { resultOf } from '../config/command.ts';
import { readBinding } from '../config/pipeline-ports.ts';
import type { PublishedConfig } from '../config/pipeline-schema.ts';
import { assetId, serverless } from '../domain/asset-id.ts';
import { jobNameOf } from '../domain/job-name.ts';
import { fileInputs, type JobRequest, outputsOf, tagsOf } from './build-job.ts';
import { wholeSettings, withType } from './build-pipeline.ts';
import type { ComponentInterface } from './component-interface.ts';
import { computeFields } from './job-compute.ts';
import { longUri } from './run-files.ts';

type PublishedRequest = Omit<JobRequest, 'job'> & { readonly job: PublishedConfig };

/** `found`: what the component declares; undefined where that is not known. */
export function buildPublished(
  request: PublishedRequest,
  workspaceId: string,
  found: ComponentInterface | undefined,
): PipelineJob {
  const { runId, model, phase, job } = request;
  const uriOf = (uri: string): string => longUri(workspaceId, uri);
  const files = fileInputs(request, uriOf);
  const { computeId, identity } = computeFields(job, workspaceId);
  const result = resultOf[phase === 'train' ? 'training' : 'evaluation'];
  const name = job.outputs?.[result] ?? result;
  const outputs = { [name]: outputsOf(request, uriOf)[result]! };
  return {
    jobType: 'Pipeline',
    displayName: jobNameOf(request),
    experimentName: model,
    componentId: assetId(workspaceId, 'components', job.component),
    ...(identity && { identity }),
    inputs: Object.fromEntries(
      Object.entries(job.inputs).flatMap(([input, value]) => {
        const binding = readBinding(value);
        if (binding.from !== 'input')
          return [[input, { jobInputType: 'literal' as const, value: String(value) }]];
        const file = files[binding.input];
        // Before the first release there is no champion.
        return file ? [[input, file]] : [];
      }),
    ),
    outputs: withType(outputs, found?.outputs[name]),
    settings: { default_compute: computeId ?? serverless, ...wholeSettings },
    tags: tagsOf(job, runId, phase),
  };
}
