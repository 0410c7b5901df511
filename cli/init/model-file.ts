/** The first model file, with comments that say what each part is for. */
import { stringify } from 'yaml';
import type { Task } from '../../shared/config/metric-catalog.ts';
import { type Language, languageKinds } from './languages.ts';
import type { LearningProblem } from './problem.ts';
import type { Column } from './profile.ts';

export function modelFile(model: string, language: Language, problem: LearningProblem): string {
  const { program, extension, epochs } = languageKinds[language];
  const [environment, image] = language === 'node' ? ['node', '24'] : ['python', '3'];
  const job = `  code: azureml:${model}:1 # a version never changes: publish changed code as the next one, and name that here
  environment: azureml:${environment}:${image} # what the job runs in, in Azure; here it is this machine
  compute: cpu # on which compute, in Azure
  timeout: PT1H`;
  return `# Everything Ratchet knows about this model. docs/model-file.md has every field; ratchet validate checks the file.
model: ${model} # the name of this file
description: ${describe(problem)}${problem.task === 'binary' ? '' : `\ntask: ${problem.task}`}

data:
  path: data/${model}/ # folder in the workspace's default datastore; each file in it is a partition, used by name
  evaluateOn: 4 # how many files, the newest ones, a new model is judged on
  holdoutShare: 0.3 # share of the rows that training never sees
  expect: # a file that is not so is refused, and no run uses it
    columns:
${problem.profile.columns.map((column) => `      ${columnLine(column, problem)}`).join('\n')}${
  problem.id === null ? '' : `\n    unique: [${quote(problem.id)}]`
}

training: # leaves the model in \${{outputs.model}}
  command: ${program} train.${extension} --data \${{inputs.data}} --manifest \${{inputs.manifest}} --epochs \${{inputs.epochs}} --out \${{outputs.model}}
${job}
  settings: # further inputs of the job
    epochs: ${epochs}

evaluation: # scores the held-out rows; what stands in $[[ ]] is left out before the first release
  command: ${program} evaluate.${extension} --data \${{inputs.data}} --manifest \${{inputs.manifest}} --challenger \${{inputs.challenger}} $[[--champion \${{inputs.champion}}]] --out \${{outputs.evidence}}
${job}

triggers: # what requests a run by itself; ratchet request does at any time
  data: false # true: every new file that is accepted
  # schedules: [{ name: monthly, cron: 0 6 1 * * }]
  # championAge: P90D

policy: # what may hold a run back
  cooldown: PT0S # how long after a run the next may start; here you do not want to wait

gates: # all must pass before a new model is released
${gates(problem)}
  - gate: no-leak # no row of the evaluation may be among those that training has read
    kind: data
    overlap: { atMost: 0 }

release: # where a released model goes, stage by stage
  stages:
    - stage: production
      channel: service-bus # a message for whoever deploys it; docs/releases.md has approvals, pipelines and endpoints
`;
}

function describe({ target, task, positive }: LearningProblem): string {
  if (task === 'regression') return quote(`Predicts the number ${target.name}.`);
  if (task === 'multiclass') return quote(`Decides which ${target.name} it is.`);
  return quote(`Says how probable it is that ${target.name} is ${positive}.`);
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
    confidence: 0.95 # the whole 95 % interval must be on the right side
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
      floorComment: '0.5 is a guess; raise it once you know what you need',
      metric: 'roc_auc',
      margin: 0.03,
      marginComment: 'so much less than the released model at most',
    };
  if (task === 'regression') {
    const margin = Number((target.deviation * 0.05).toPrecision(2));
    return {
      floor: 'metric: r2\n    atLeast: 0.1',
      floorComment: '0 is always saying the mean; raise it once you know what you need',
      metric: 'mae',
      margin,
      marginComment: `in the unit of ${target.name}: so much more than the released model at most`,
    };
  }
  const counts = [...(target.values?.values() ?? [])];
  const commonest = Math.max(...counts) / counts.reduce((sum, count) => sum + count, 0);
  return {
    floor: `metric: accuracy\n    atLeast: ${Math.ceil(commonest * 100) / 100}`,
    floorComment: 'always saying the commonest class is right so often; raise it once you know what you need',
    metric: 'accuracy',
    margin: 0.03,
    marginComment: 'so much less than the released model at most',
  };
}

/** A text as YAML takes it for one, in lists and braces, too. */
const quote = (text: string): string =>
  /^[A-Za-z_][\w .-]*$/.test(text) && stringify(text, { lineWidth: 0 }) === `${text}\n`
    ? text
    : JSON.stringify(text);
