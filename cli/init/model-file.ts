/** The first model file, with comments that say what each part is for. */
import { stringify } from 'yaml';
import type { Task } from '../../shared/config/metric-catalog.ts';
import { type Language, languageKinds } from './languages.ts';
import type { LearningProblem } from './problem.ts';
import type { Column } from './profile.ts';

export function modelFile(model: string, language: Language, problem: LearningProblem): string {
  const { program, extension, epochs } = languageKinds[language];
  const [environment, image] = language === 'node' ? ['node', '24'] : ['python', '3'];
  const job = `  code: azureml:${model}:1 # a version never changes: publish changed code as the next version, and name it here
  environment: azureml:${environment}:${image} # what the job runs in, in Azure; locally it runs on this machine
  compute: cpu # on which compute, in Azure
  timeout: PT1H`;
  return `# Everything Ratchet knows about this model. docs/model-file.md has every field; ratchet validate checks the file.
model: ${model} # the name of this file
description: ${describe(problem)}${problem.task === 'binary' ? '' : `\ntask: ${problem.task}`}

data:
  path: data/${model}/ # folder in the workspace's default datastore; each file in it is a partition, used by name
  evaluateOn: 4 # a new model is evaluated on so many files, the newest
  holdoutShare: 0.3 # share of the rows that are held out: training leaves them out, evaluation scores them
  expect: # a file that does not meet this is refused, and no run uses it
    columns:
${problem.profile.columns.map((column) => `      ${columnLine(column, problem)}`).join('\n')}${
  problem.id === null ? '' : `\n    unique: [${quote(problem.id)}]`
}

training: # leaves the model in \${{outputs.model}}
  command: ${program} train.${extension} --data \${{inputs.data}} --manifest \${{inputs.manifest}} --epochs \${{inputs.epochs}} --out \${{outputs.model}}
${job}
  settings: # further inputs of the job
    epochs: ${epochs}

evaluation: # scores the held-out rows; the part in $[[ ]] is omitted while there is no champion
  command: ${program} evaluate.${extension} --data \${{inputs.data}} --manifest \${{inputs.manifest}} --challenger \${{inputs.challenger}} $[[--champion \${{inputs.champion}}]] --out \${{outputs.evidence}}
${job}

triggers: # what requests a run automatically; ratchet request does so at any time
  data: false # true: every new file that is accepted requests a run
  # schedules: [{ name: monthly, cron: 0 6 1 * * }]
  # championAge: P90D

policy: # what may block a run
  cooldown: PT0S # time between the end of a run and the next; none while you try it

gates: # all must pass before a new model is released
${gates(problem)}
  - gate: no-leak # no row of the evaluation may have been used in training
    kind: data
    overlap: { atMost: 0 }

release: # how a new version is released, stage by stage
  stages:
    - stage: production
      channel: service-bus # sends a message to whoever deploys it; docs/releases.md has approvals, pipelines and endpoints
`;
}

function describe({ target, task, positive }: LearningProblem): string {
  if (task === 'regression') return quote(`Predicts the number ${target.name}.`);
  if (task === 'multiclass') return quote(`Predicts the class ${target.name}.`);
  return quote(`Predicts the probability that ${target.name} is ${positive}.`);
}

function columnLine({ name, kind, missing, values }: Column, problem: LearningProblem): string {
  const isId = name === problem.id;
  const type = isId || kind === 'text' ? 'string' : kind;
  // What a first file lacks, later ones may lack, too, and a little more.
  const share = missing === 0 ? 0 : Math.min(1, Math.ceil((missing / problem.profile.rows) * 20 + 1) / 20);
  const classes = name === problem.target.name && problem.task !== 'regression' ? [...(values ?? [])] : [];
  const list = classes
    .map(([value]) => value)
    .sort()
    .map(quote)
    .join(', ');
  const bounds = classes.length === 0 ? '' : type === 'string' ? `, oneOf: [${list}]` : range(classes);
  return `${quote(name)}: { type: ${type}${share === 0 ? '' : `, nullShare: ${share}`}${bounds} }`;
}

function range(classes: readonly (readonly [string, number])[]): string {
  const numbers = classes.map(([value]) => Number(value));
  return `, atLeast: ${Math.min(...numbers)}, atMost: ${Math.max(...numbers)}`;
}

/** One that asks for more than a guess, and one that asks that the released model is not missed. */
function gates({ task, target }: LearningProblem): string {
  const { floor, floorComment, metric, margin, marginComment } = asked(task, target);
  return `  - gate: better-than-a-guess
    kind: bound
    ${floor} # ${floorComment}
    confidence: 0.95 # the whole 95 % confidence interval must be within the bound
  - gate: not-worse
    kind: against-champion
    metric: ${metric}
    rule: non-inferiority
    margin: ${margin} # ${marginComment}`;
}

function asked(task: Task, target: Column) {
  if (task === 'binary')
    return {
      floor: 'metric: roc_auc\n    atLeast: 0.6',
      floorComment: '0.5 is a random guess; raise it once you know what you need',
      metric: 'roc_auc',
      margin: 0.03,
      marginComment: 'at most so much less than the champion',
    };
  if (task === 'regression') {
    const margin = Number((target.deviation * 0.05).toPrecision(2));
    return {
      floor: 'metric: r2\n    atLeast: 0.1',
      floorComment: '0 is as good as predicting the mean; raise it once you know what you need',
      metric: 'mae',
      margin,
      marginComment: `in the unit of ${target.name}: at most so much more than the champion`,
    };
  }
  const counts = [...(target.values?.values() ?? [])];
  const commonest = Math.max(...counts) / counts.reduce((sum, count) => sum + count, 0);
  return {
    floor: `metric: accuracy\n    atLeast: ${Math.ceil(commonest * 100) / 100}`,
    floorComment:
      'the accuracy of always predicting the most frequent class; raise it once you know what you need',
    metric: 'accuracy',
    margin: 0.03,
    marginComment: 'at most so much less than the champion',
  };
}

/** A text as YAML takes it for one, in lists and braces, too. */
const quote = (text: string): string =>
  /^[A-Za-z_][\w .-]*$/.test(text) && stringify(text, { lineWidth: 0 }) === `${text}\n`
    ? text
    : JSON.stringify(text);
