import type { JobFacts, StepFacts, VersionLineage } from '../domain/version-lineage.ts';

/** What a run kept of its model file; null where it kept nothing but the hash. */
export function describeModelFile(hash: string, kept: unknown): VersionLineage['modelFile'] {
  const { description, task, training, evaluation } = partOf(kept);
  return {
    hash,
    description: textOf(description),
    task: textOf(task),
    training: describeJob(training),
    ...describeSteps(partOf(training)),
    evaluation: describeJob(evaluation),
  };
}

/** Of a pipeline, and of AutoML the command before it. Those without a compute of their own have that of all; settings are theirs. */
function describeSteps({ kind, steps, prepare, compute, settings }: Readonly<Record<string, unknown>>): {
  trainingSteps?: StepFacts[];
} {
  if (kind !== 'pipeline' && kind !== 'automl') return {};
  const all = Object.entries(partOf(kind === 'automl' ? { prepare } : steps));
  const trainingSteps = all.flatMap(([step, job]) => {
    const facts = describeJob({ compute, settings, ...partOf(job) });
    return facts ? [{ step, ...facts }] : [];
  });
  return { trainingSteps };
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
