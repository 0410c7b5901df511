import type { ComponentInterface } from '../azure/component-interface.ts';
import { nameOf } from '../domain/asset-id.ts';
import type { JobFacts, StepFacts, VersionLineage } from '../domain/version-lineage.ts';

/** What is known of published components, by how the model file names them. */
export type KnownComponents = Readonly<Record<string, ComponentInterface | null>>;

/** What a run kept of its model file; null where it kept nothing but the hash. */
export function describeModelFile(
  hash: string,
  kept: unknown,
  components: KnownComponents = {},
): VersionLineage['modelFile'] {
  const { description, task, training, evaluation } = partOf(kept);
  const trainingSteps = describeSteps(partOf(training), components);
  const evaluationSteps = describeSteps(partOf(evaluation), components);
  return {
    hash,
    description: textOf(description),
    task: textOf(task),
    training: describeJob(training),
    ...(trainingSteps && { trainingSteps }),
    evaluation: describeJob(evaluation),
    ...(evaluationSteps && { evaluationSteps }),
  };
}

/** The published components of a kept model file, each once. */
export function componentsIn(kept: unknown): readonly string[] {
  const { training, evaluation } = partOf(kept);
  const jobs = [training, evaluation].map(partOf).filter(({ kind }) => isOfSteps(kind));
  const named = jobs.flatMap((job) => [job, ...Object.values(partOf(job['steps'])).map(partOf)]);
  return [...new Set(named.flatMap(({ component }) => textOf(component) ?? []))];
}

const isOfSteps = (kind: unknown): boolean => kind === 'pipeline' || kind === 'pipeline-component';

/** Undefined where the job is one command. Of AutoML the command before it. Those without a compute of their own have that of all; its settings are theirs. */
function describeSteps(
  job: Readonly<Record<string, unknown>>,
  components: KnownComponents,
): StepFacts[] | undefined {
  const { kind, steps, prepare, compute, settings } = job;
  if (!isOfSteps(kind) && kind !== 'automl') return undefined;
  if (kind === 'pipeline-component') return describePublished(job, components);
  return Object.entries(partOf(kind === 'automl' ? { prepare } : steps)).flatMap(([step, given]) => {
    const own = { compute, settings, ...partOf(given) };
    const facts = describeJob(own) ?? describeComponent(own, components);
    return facts ? [{ step, ...facts }] : [];
  });
}

/** The pipeline itself, then the components of its steps, as far as the workspace says. */
function describePublished(job: Readonly<Record<string, unknown>>, components: KnownComponents): StepFacts[] {
  const facts = describeComponent(job, components);
  if (!facts) return [];
  const inner = Object.entries(components[facts.component]?.steps ?? {}).map(([step, id]) => ({
    ...{ step, component: shortened(id), command: null, code: null, environment: null },
    ...{ compute: facts.compute, settings: {} },
  }));
  return [{ step: nameOf(facts.component), ...facts }, ...inner];
}

/** What a component runs is what the workspace says of its version, which does not change. */
function describeComponent(
  { component, compute, inputs }: Readonly<Record<string, unknown>>,
  components: KnownComponents,
): (Omit<StepFacts, 'step'> & { readonly component: string }) | null {
  if (typeof component !== 'string') return null;
  const { command = null, code = null, environment = null } = components[component] ?? {};
  const asset = (id: string | null): string | null => id && shortened(id);
  return {
    ...{ component, command, code: asset(code), environment: asset(environment) },
    ...{ compute: textOf(compute), settings: partOf(inputs) },
  };
}

/** The id of an asset of the workspace as model files name it; others as they stand. */
function shortened(id: string): string {
  const [, name, version] =
    /\/workspaces\/[^/]+\/(?:codes|environments|components)\/([^/]+)\/versions\/([^/]+)$/i.exec(id) ?? [];
  return name === undefined ? id : `azureml:${name}:${version}`;
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
