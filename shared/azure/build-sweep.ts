/**
 * Builds the sweep job of a run's training.
 *
 * Pure: equal arguments give an equal job.
 *
 * Source: specification 2024-04-01, SweepJob and TrialComponent, which leave the content of `searchSpace` open; what is in it is
 * as azure-ai-ml sends it (search_space.ts). The output has no address on purpose: the service then makes one of each trial's own
 * ("CLI (v2) sweep job YAML schema", `outputs.<output_name>`), and what a template such as `${{name}}` stands for in a sweep is
 * said nowhere.
 */
import type { SweepJob } from '@azure/arm-machinelearning';
import type { Parameter } from '../config/search-space.ts';
import type { SweepConfig } from '../config/sweep-schema.ts';
import { assetId } from '../domain/asset-id.ts';
import { jobNameOf } from '../domain/job-name.ts';
import { fileInputs, type JobRequest, literalInputs, plainDuration, tagsOf } from './build-job.ts';
import { fillCommand } from './fill-command.ts';
import { computeFields, type SentJob } from './job-compute.ts';
import { longUri } from './run-files.ts';

/** A sweep job with what the client's types do not have. */
export type SentSweep = SweepJob & Pick<SentJob, 'queueSettings'>;

type SweepRequest = Omit<JobRequest, 'job'> & { readonly job: SweepConfig };

export function buildSweep(request: SweepRequest, workspaceId: string): SentSweep {
  const { runId, model, phase, job } = request;
  const subject = { run: runId, model, job: jobNameOf(request) };
  const uriOf = (uri: string): string => longUri(workspaceId, uri);
  const inputs = { ...literalInputs(job, subject), ...fileInputs(request, uriOf) };
  const { resources, distribution, ...placed } = computeFields(job, workspaceId);
  return {
    jobType: 'Sweep',
    displayName: jobNameOf(request),
    experimentName: model,
    ...placed,
    inputs,
    outputs: { model: { jobOutputType: 'uri_folder', mode: 'ReadWriteMount' } },
    trial: {
      command: fillCommand(job.command, new Set(Object.keys(inputs)), new Set(['model']), subject),
      codeId: assetId(workspaceId, 'codes', job.code),
      environmentId: assetId(workspaceId, 'environments', job.environment),
      environmentVariables: { ...job.environmentVariables },
      ...(resources && { resources }),
      ...(distribution && { distribution }),
    },
    searchSpace: Object.fromEntries(
      Object.entries(job.searchSpace).map(([name, parameter]) => [name, expressionOf(parameter)]),
    ),
    samplingAlgorithm: samplingOf(job),
    objective: {
      goal: job.objective.goal === 'maximize' ? 'Maximize' : 'Minimize',
      primaryMetric: job.objective.metric,
    },
    limits: limitsOf(job),
    ...(job.earlyTermination && { earlyTermination: terminationOf(job.earlyTermination) }),
    tags: tagsOf(job, runId, phase),
  };
}

function samplingOf({ sampling }: SweepConfig): SweepJob['samplingAlgorithm'] {
  switch (sampling.type) {
    case 'grid':
      return { samplingAlgorithmType: 'Grid' };
    case 'bayesian':
      return { samplingAlgorithmType: 'Bayesian' };
    case 'random': {
      const { seed } = sampling;
      return { samplingAlgorithmType: 'Random', rule: 'Random', ...(seed !== undefined && { seed }) };
    }
  }
}

function limitsOf({ limits }: SweepConfig): NonNullable<SweepJob['limits']> {
  const { maxTotalTrials, maxConcurrentTrials, trialTimeout, timeout } = limits;
  return {
    jobLimitsType: 'Sweep',
    maxTotalTrials,
    maxConcurrentTrials,
    trialTimeout: plainDuration(trialTimeout),
    ...(timeout !== undefined && { timeout: plainDuration(timeout) }),
  };
}

function terminationOf(
  policy: NonNullable<SweepConfig['earlyTermination']>,
): NonNullable<SweepJob['earlyTermination']> {
  const { evaluationInterval, delayEvaluation } = policy;
  const when = { evaluationInterval, delayEvaluation };
  switch (policy.type) {
    case 'median-stopping':
      return { policyType: 'MedianStopping', ...when };
    case 'truncation-selection':
      return { policyType: 'TruncationSelection', truncationPercentage: policy.percentage, ...when };
    case 'bandit': {
      const { slackFactor, slackAmount } = policy;
      return {
        policyType: 'Bandit',
        ...(slackFactor !== undefined && { slackFactor }),
        ...(slackAmount !== undefined && { slackAmount }),
        ...when,
      };
    }
  }
}

/** As the service takes it: the name of the distribution, and its arguments in order. */
function expressionOf(parameter: Parameter): readonly [string, readonly unknown[]] {
  switch (parameter.type) {
    case 'choice':
      return ['choice', [parameter.values]];
    case 'randint':
      return ['randint', [parameter.upper]];
    case 'uniform':
    case 'loguniform':
      return [parameter.type, [parameter.min, parameter.max]];
    case 'quniform':
    case 'qloguniform':
      return [parameter.type, [parameter.min, parameter.max, parameter.q]];
    case 'normal':
    case 'lognormal':
      return [parameter.type, [parameter.mu, parameter.sigma]];
    case 'qnormal':
    case 'qlognormal':
      return [parameter.type, [parameter.mu, parameter.sigma, parameter.q]];
  }
}
