/** The files of a first model, as texts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../project.ts';
import { type Language, languageKinds } from './languages.ts';
import { modelFile } from './model-file.ts';
import type { LearningProblem } from './problem.ts';

const skeletons = join(projectFolder, 'cli', 'init', 'skeletons');

/** By path below the folder of the project. */
export function makeSkeleton(
  model: string,
  language: Language,
  problem: LearningProblem,
): ReadonlyMap<string, string> {
  const { files, extension } = languageKinds[language];
  const read = (file: string): string => readFileSync(join(skeletons, language, file), 'utf8');
  const code = files.map(
    (file) =>
      [`code/${model}/${file}`, file.startsWith('rows.') ? fill(read(file), problem) : read(file)] as const,
  );
  return new Map([
    [`models/${model}.yaml`, modelFile(model, language, problem)],
    ...code,
    [`code/${model}/model.${extension}`, read(`model-${problem.task}.${extension}`)],
  ]);
}

/** Puts the columns into the lines that name them. A JSON text is one of Python and of JavaScript, too. */
function fill(text: string, { id, target, positive, features }: LearningProblem): string {
  const values = { ID: id ?? '', TARGET: target.name, POSITIVE: positive || '1', FEATURES: features };
  return Object.entries(values).reduce(
    (filled, [name, value]) =>
      filled.replace(
        new RegExp(`^((?:export )?(?:const )?${name} = )(?:"[^"]*"|'[^']*'|\\[[^\\]]*\\])`, 'm'),
        (_, start: string) => `${start}${literal(value)}`,
      ),
    text,
  );
}

const literal = (value: string | readonly string[]): string =>
  typeof value === 'string'
    ? JSON.stringify(value)
    : `[${value.map((each) => JSON.stringify(each)).join(', ')}]`;
