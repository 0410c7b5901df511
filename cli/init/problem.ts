/** From the columns of the data to what a first model learns: which column is what, and which kind of model that is. */
import type { Task } from '../../shared/config/metric-catalog.ts';
import { suggest } from '../../shared/config/suggest.ts';
import { UsageError } from '../command.ts';
import type { Column, Profile } from './profile.ts';

/** What a first model is asked to learn. */
export interface LearningProblem {
  readonly task: Task;
  /** Null: no column tells the rows apart. */
  readonly id: string | null;
  readonly target: Column;
  /** Of a binary model: the value that is class 1. */
  readonly positive: string;
  readonly features: readonly string[];
  /** Columns of text, which the skeleton does not learn from. */
  readonly leftOut: readonly string[];
  readonly profile: Profile;
}

interface Wanted {
  readonly target?: string | undefined;
  readonly id?: string | undefined;
  readonly task?: Task | undefined;
}

const yes = /^(?:1|true|yes|y|t)$/i;
const fewestRows = 50;

/** Throws a UsageError where the data has no such column, or cannot be learnt from. */
export function toProblem(profile: Profile, wanted: Wanted & { readonly target: string }): LearningProblem {
  if (profile.rows < fewestRows)
    throw new UsageError(
      `--data: at least ${fewestRows} rows are needed to train and evaluate, got ${profile.rows}; add rows`,
    );
  const target = findColumn(profile, wanted.target, '--target');
  const id = wanted.id === undefined ? guessId(profile) : findColumn(profile, wanted.id, '--id');
  if (id !== null && !id.isUnique)
    throw new UsageError(
      `--id: column ${JSON.stringify(id.name)} must have a different value in every row, and has a repeated or a missing one; name another column, or leave --id out`,
    );
  const others = profile.columns.filter((column) => column !== target && column !== id);
  const features = others.filter(({ kind }) => kind !== 'text').map(({ name }) => name);
  if (features.length === 0)
    throw new UsageError(
      '--data: no numeric column is left as a feature, and the generated code learns from numeric columns alone; add one',
    );
  const task = wanted.task ?? guessTask(target);
  return {
    task,
    id: id?.name ?? null,
    target,
    positive: task === 'binary' ? findPositive(target) : '',
    features,
    leftOut: others.filter(({ kind }) => kind === 'text').map(({ name }) => name),
    profile,
  };
}

function findColumn({ columns }: Profile, name: string, option: string): Column {
  const found = columns.find((column) => column.name === name);
  if (found) return found;
  const names = columns.map((column) => column.name);
  throw new UsageError(
    `${option}: there is no column ${JSON.stringify(name)}${suggest(name, names)}; the columns are ${names.join(', ')}`,
  );
}

function guessId({ columns }: Profile): Column | null {
  return columns.find(({ name, isUnique }) => isUnique && /^id$|[_-]id$|[a-z]I[dD]$/i.test(name)) ?? null;
}

function guessTask({ name, kind, values }: Column): Task {
  if (values?.size === 2) return 'binary';
  if (kind !== 'text') return 'regression';
  if (values !== null && values.size > 2) return 'multiclass';
  throw new UsageError(
    `--target: column ${JSON.stringify(name)} has ${values === null ? 'too many different texts' : 'only one value'}; name a numeric column, or one with a few classes`,
  );
}

/** The one that says yes, or else the rarer one. */
function findPositive({ name, values }: Column): string {
  const [first, second] = [...(values ?? [])].sort(([, a], [, b]) => a - b);
  if (first === undefined || second === undefined || (values?.size ?? 0) > 2)
    throw new UsageError(
      `--task binary: column ${JSON.stringify(name)} must have two values, got ${values?.size ?? 'many'}; name another --target, or another --task`,
    );
  return yes.test(second[0]) && !yes.test(first[0]) ? second[0] : first[0];
}
