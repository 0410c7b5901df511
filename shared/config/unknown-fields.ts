/** What to write in place of a field that there is none of, where its writer plainly means something that there is. */

const pipeline = 'a pipeline is kind: pipeline, with its commands under steps (docs/pipeline-training.md)';
const sweep = 'a sweep is kind: sweep, with its hyperparameters under searchSpace (docs/sweep-training.md)';
const elsewhere =
  'what trains outside of the workspace is run by a pipeline: kind: azure-pipelines (docs/elsewhere-training.md)';
const automl =
  'an AutoML job is kind: automl, with the command that writes its table under prepare (docs/automl-training.md)';
const byHand =
  'run it yourself, register the version that it finds, and let triggers.registry have it judged and released (docs/existing-azure-ml-job.md)';
const published =
  'a published component is a step of kind: component, and a published pipeline is kind: pipeline-component (docs/pipeline-training.md)';

/** By the path of the field. */
const insteadOf: Readonly<Record<string, string>> = {
  'training.pipeline': pipeline,
  'training.jobs': pipeline,
  'training.steps': pipeline,
  'training.component': published,
  'evaluation.component': published,
  'training.sweep': sweep,
  'training.trial': sweep,
  'training.searchSpace': sweep,
  'training.search_space': sweep,
  'training.objective': sweep,
  'training.sampling': sweep,
  'training.sampling_algorithm': 'how a sweep chooses values is sampling (docs/sweep-training.md)',
  'training.early_termination': 'it is earlyTermination (docs/sweep-training.md)',
  'training.timeout':
    'the steps of a pipeline have a timeout each, and a sweep has limits.trialTimeout and limits.timeout',
  'training.project': elsewhere,
  'training.parameters': `parameters of a pipeline are training.settings; ${elsewhere}`,
  'training.reuse':
    'a pipeline of Azure Pipelines trains by whatever its repository holds that day: none is known to be the same again',
  'training.automl': automl,
  'training.target_column_name': 'it is targetColumn (docs/automl-training.md)',
  'training.primary_metric': 'it is primaryMetric (docs/automl-training.md)',
  'training.training_data': `the table that it trains on is what the command under prepare writes; ${automl}`,
  'training.training':
    'which algorithms are tried is algorithms, with allowed or blocked (docs/automl-training.md)',
  'training.inputs': 'literals go to training.settings, and the data is that of data.path',
  'training.outputs': 'the files of the new model are the output model, which the command names',
  'evaluation.timeout': 'the steps of a pipeline have a timeout each',
  'evaluation.steps': pipeline,
  'evaluation.jobs': pipeline,
  'evaluation.pipeline': pipeline,
};

/** Undefined where nothing is known of it. */
export function findInstead(path: readonly PropertyKey[]): string | undefined {
  if (/^(?:training|evaluation)\.steps\.[^.]+\.component$/.test(path.map(String).join('.')))
    return 'add kind: component to the step, and leave command, code and environment out';
  const key = path.map(String).join('.');
  return Object.hasOwn(insteadOf, key) ? insteadOf[key] : undefined;
}

/** Kinds of job that a training may be elsewhere, and what to do instead. */
const otherKinds: Readonly<Record<string, string>> = {
  automl,
  parallel: `parallel jobs are not submitted: ${pipeline}`,
  azuredevops: elsewhere,
  azurepipeline: elsewhere,
  databricks: elsewhere,
  elsewhere,
  external: elsewhere,
  github: elsewhere,
  spark: `Spark jobs are not submitted: ${byHand}`,
};

export function findOtherKind(kind: unknown): string | undefined {
  const word = String(kind)
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '');
  return Object.hasOwn(otherKinds, word) ? otherKinds[word] : undefined;
}

/** What an evaluation cannot be, which a training may. */
export function findOtherEvaluation(kind: unknown): string | undefined {
  if (kind !== 'sweep') return findOtherKind(kind);
  return 'a sweep trains, and an evaluation scores what was trained; give it kind: command, pipeline or pipeline-component';
}
