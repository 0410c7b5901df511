/** What `ratchet init` is to make: from options, from questions in a terminal, or what is usual. */
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { type Task, tasks } from '../../shared/config/metric-catalog.ts';
import { suggest } from '../../shared/config/suggest.ts';
import { readArgs, UsageError } from '../command.ts';
import { type Ask, withQuestions } from './ask.ts';
import { type Language, languages } from './languages.ts';
import { type LearningProblem, toProblem } from './problem.ts';
import { type Profile, profileCsv } from './profile.ts';
import { makeSampleData, sampleTarget } from './sample-data.ts';

type DataSource = { readonly text: string } | { readonly file: string };

export interface Choices {
  readonly model: string;
  readonly language: Language;
  readonly problem: LearningProblem;
  /** Where to write. */
  readonly folder: string;
  /** By name, oldest first. */
  readonly dataFiles: ReadonlyMap<string, DataSource>;
  readonly isTried: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

const options = {
  name: { type: 'string' },
  language: { type: 'string' },
  task: { type: 'string' },
  data: { type: 'string', multiple: true },
  target: { type: 'string' },
  id: { type: 'string' },
  dir: { type: 'string', default: '.' },
  'no-try': { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** Without a terminal, or with --yes, nobody is asked: the usual answer counts, where there is one. */
const takeUsual: Ask = async ({ usual }) => usual;

export async function readChoices(args: readonly string[]): Promise<Choices> {
  const { values, positionals } = readArgs(args, options);
  if (positionals.length > 0)
    throw new UsageError(`takes no ${JSON.stringify(positionals[0])}: name the model with --name`);
  if (existsSync(values.dir) && !statSync(values.dir).isDirectory())
    throw new UsageError(
      `--dir: ${values.dir} is not a folder; name a folder, which is made where there is none`,
    );
  const isAsked = !values.yes && process.stdin.isTTY === true;
  if (!isAsked && !values.yes && values.name === undefined)
    throw new UsageError(
      '--name is missing, and there is no terminal to ask in: name the model, or take the defaults with --yes',
    );
  return isAsked ? withQuestions((ask) => choose(values, ask)) : choose(values, takeUsual);
}

type Given = ReturnType<typeof readArgs<typeof options>>['values'];

async function choose(values: Given, ask: Ask): Promise<Choices> {
  const model = readName(
    values.name ?? (await ask({ text: 'Name of the model', usual: usualName(values.dir), choices: null })),
  );
  const language = readOne(
    '--language',
    values.language ?? (await ask({ text: 'Language', usual: 'python', choices: languages })),
    languages,
  );
  const data =
    values.data ??
    askedFiles(
      await ask({
        text: 'Your data, a CSV file with a header line, or none for sample data',
        usual: 'none',
        choices: null,
      }),
    );
  const { problem, dataFiles } =
    data.length === 0 ? await chooseSample(values, ask) : await chooseOwn(data, values, ask);
  const { dir: folder, force, json } = values;
  return { model, language, problem, folder, dataFiles, isTried: !values['no-try'], force, json };
}

const askedFiles = (answer: string): string[] => (answer === 'none' ? [] : [answer]);

async function chooseSample({ task: given, target, id }: Given, ask: Ask) {
  if (target !== undefined || id !== undefined)
    throw new UsageError(
      `${target === undefined ? '--id' : '--target'} describes your own data, and there is none: name its file with --data FILE.csv`,
    );
  const task = readOne(
    '--task',
    given ?? (await ask({ text: 'Task', usual: 'binary', choices: tasks })),
    tasks,
  );
  const texts = makeSampleData(task);
  return {
    problem: sampleProblem(task, texts),
    dataFiles: new Map([...texts].map(([name, text]) => [name, { text }])),
  };
}

function sampleProblem(task: Task, texts: ReadonlyMap<string, string>): LearningProblem {
  const [text = ''] = texts.values();
  return toProblem(profileCsv('sample data', Buffer.from(text)), { target: sampleTarget[task], task });
}

async function chooseOwn(files: readonly string[], given: Given, ask: Ask) {
  const names = files.map((file) => basename(file));
  for (const [at, file] of files.entries()) {
    if (!statSync(file, { throwIfNoEntry: false })?.isFile())
      throw new UsageError(`--data: there is no file ${file}; name a CSV file`);
    if (!/\.csv$/i.test(file)) throw new UsageError(`--data: expected a file that ends in .csv, got ${file}`);
    if (names.indexOf(names[at]!) !== at)
      throw new UsageError(
        `--data: two files are named ${names[at]}, and one would replace the other: rename one of them`,
      );
  }
  const [profile, ...others] = files.map((file) => profileCsv(file));
  for (const [at, other] of others.entries()) requireSameColumns(profile!, other, files[at + 1]!);
  const target = given.target ?? (await askTarget(profile!, ask));
  const task = given.task === undefined ? undefined : readOne('--task', given.task, tasks);
  const problem = toProblem(merge(profile!, others), { target, id: given.id, task });
  return { problem, dataFiles: new Map(files.map((file, at) => [names[at]!, { file: resolve(file) }])) };
}

/** The newest file is the one that those to come will be like. */
const merge = (first: Profile, others: readonly Profile[]): Profile => others.at(-1) ?? first;

function requireSameColumns(first: Profile, other: Profile, file: string): void {
  const [a, b] = [first, other].map(({ columns }) =>
    columns
      .map(({ name }) => name)
      .sort()
      .join(', '),
  );
  if (a !== b)
    throw new UsageError(
      `--data: all files must have the same columns; ${file} has ${b}, the first file ${a}`,
    );
}

async function askTarget({ columns }: Profile, ask: Ask): Promise<string> {
  const names = columns.map(({ name }) => name);
  const answer = await ask({ text: 'Column to predict', usual: '', choices: null });
  if (answer !== '') return answer;
  throw new UsageError(`--target is missing: the column to predict, one of ${names.join(', ')}`);
}

function usualName(dir: string): string {
  const name = basename(resolve(dir))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 48);
  return name === '' || name === 'fleet' ? 'my-model' : name;
}

function readName(name: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/.test(name) && name !== 'fleet') return name;
  throw new UsageError(
    `--name: expected lower-case letters, digits and inner hyphens, 48 at most, and not fleet; got ${JSON.stringify(name)}`,
  );
}

function readOne<T extends string>(option: string, given: string, known: readonly T[]): T {
  const found = known.find((each) => each === given);
  if (found !== undefined) return found;
  throw new UsageError(
    `${option}: expected ${known.join(', ')}, got ${JSON.stringify(given)}${suggest(given, known)}`,
  );
}
