/** `ratchet init`: from what a person wants to files on the disk that were tried once. */
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import pc from 'picocolors';
import { parseModelFile } from '../../shared/config/load.ts';
import { UsageError } from '../command.ts';
import { commandName } from '../command-name.ts';
import { printJson } from '../service.ts';
import { type Choices, readChoices } from './choices.ts';
import { languageKinds } from './languages.ts';
import { makeSkeleton } from './skeleton.ts';
import { type Tried, tryOnce } from './try-once.ts';

export async function makeModel(args: readonly string[]): Promise<number> {
  const choices = await readChoices(args);
  const { model, language, problem, folder, dataFiles } = choices;
  const files = makeSkeleton(model, language, problem);
  checkModelFile(files.get(`models/${model}.yaml`)!, model);
  const data = [...dataFiles.keys()].map((name) => `data/${model}/${name}`);
  refuseToOverwrite(choices, [...files.keys(), ...data]);
  for (const [path, text] of files) write(join(folder, path), text);
  for (const [name, source] of dataFiles) {
    const path = join(folder, 'data', model, name);
    if ('text' in source) write(path, source.text);
    else copy(source.file, path);
  }
  if (!existsSync(join(folder, '.gitignore')))
    write(join(folder, '.gitignore'), '.ratchet/\nnode_modules/\n__pycache__/\n');
  const made = [...files.keys(), ...data];
  if (process.stderr.isTTY && choices.isTried) process.stderr.write('Training once…\n');
  const tried: Tried = choices.isTried
    ? await tryOnce({ folder, model, language, data: data.map((path) => join(folder, path)) })
    : { outcome: 'not-tried', verdict: null, sentence: 'Not trained here: --no-try was given.' };
  const next = nextCommands(choices);
  if (choices.json)
    printJson({
      model,
      task: problem.task,
      language,
      target: problem.target.name,
      features: problem.features,
      leftOut: problem.leftOut,
      files: made,
      tried,
      next,
    });
  else console.log(describe(choices, made, tried, next));
  return tried.outcome === 'failed' ? 1 : 0;
}

/** What is made must be right, whatever the columns are called. */
function checkModelFile(text: string, model: string): void {
  const parsed = parseModelFile(`models/${model}.yaml`, text);
  if (!('problems' in parsed)) return;
  const problems = parsed.problems.map(({ path, message }) => `  ${path}: ${message}`);
  throw new UsageError(`no valid model file can be made from these columns:\n${problems.join('\n')}`);
}

function refuseToOverwrite({ folder, force }: Choices, paths: readonly string[]): void {
  const there = paths.filter((path) => existsSync(join(folder, path)));
  if (there.length === 0 || force) return;
  throw new UsageError(
    `${there.slice(0, 5).join(', ')}${there.length > 5 ? ` and ${there.length - 5} more` : ''} ${there.length === 1 ? 'exists' : 'exist'} already, and nothing was written: choose another --name, or overwrite with --force`,
  );
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (!existsSync(to) || from !== to) copyFileSync(from, to);
}

function nextCommands({ model, folder, dataFiles }: Choices): string[] {
  const ratchet = commandName();
  const [first] = dataFiles.keys();
  const uploaded = dataFiles.size === 1 ? `data/${model}/${first}` : `data/${model}/*.csv`;
  return [
    ...(folder === '.' ? [] : [`cd ${quoteForShell(folder)}`]),
    `${ratchet} up`,
    `${ratchet} local publish code/${model} --as ${model}:1`,
    `${ratchet} local upload ${uploaded.includes(' ') ? quoteForShell(uploaded) : uploaded} --model ${model}`,
    `${ratchet} request ${model} --reason "a first champion" --watch`,
  ];
}

const quoteForShell = (text: string): string =>
  /^[\w./*-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

function describe(
  { model, language, problem, folder }: Choices,
  made: readonly string[],
  tried: Tried,
  next: readonly string[],
): string {
  const { task, target, features, leftOut, id } = problem;
  const at = next.findIndex((command) => command.endsWith(' up'));
  return [
    `Created ${pc.bold(model)}${folder === '.' ? '' : ` in ${basename(folder)}`}: ${task}, ${language}, predicts ${target.name} from ${features.join(', ')}`,
    ...(leftOut.length > 0
      ? [
          `  not used as features, being text: ${leftOut.join(', ')}; code/${model}/rows.${languageKinds[language].extension} lists the features`,
        ]
      : []),
    ...(id === null ? ['  no column identifies rows: a row is identified by its file and its number'] : []),
    ...made.map((path) => `  ${pc.dim(path)}`),
    '',
    tried.outcome === 'failed' ? pc.red(tried.sentence) : tried.sentence,
    '',
    'Next: start the service here, and leave it running.',
    '',
    ...next.slice(0, at + 1).map((command) => `  ${command}`),
    '',
    'Then, in a second terminal in the same folder:',
    '',
    ...next.slice(at + 1).map((command) => `  ${command}`),
  ].join('\n');
}
