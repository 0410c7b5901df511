import type { JobFacts, StepFacts, VersionLineage } from '../domain/version-lineage.ts';

/** What a run kept of its model file; null where it kept nothing but the hash. */
export function describeModelFile(hash: string, kept: unknown): VersionLineage['modelFile'] {
  const { description, task, training, evaluation } = partOf(kept);
  return {
    hash,
    description: textOf(description),
    task: textOf(task),
    training: describeJob(training),
    ...(partOf(training)['kind'] === 'pipeline' && { trainingSteps: describeSteps(partOf(training)) }),
    evaluation: describeJob(evaluation),
  };
}

/** Steps without a compute of their own have the pipeline's; its settings are theirs. */
function describeSteps({ steps, compute, settings }: Readonly<Record<string, unknown>>): StepFacts[] {
  return Object.entries(partOf(steps)).flatMap(([step, job]) => {
    const facts = describeJob({ compute, settings, ...partOf(job) });
    return facts ? [{ step, ...facts }] : [];
  });
}

function describeJob(job: unknown): JobFacts | null {
  const { command, code, environment, compute, settings } = partOf(job);
  if (typeof command !== 'string' || typeof environment !== 'string') return null;
  return { command, code: textOf(code), environment, compute: textOf(compute), settings: partOf(settings) };
}

/** It lies in storage, where others may write, too: nothing is believed of its shape. */
function partOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
