import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelFiles } from './config/model-files.ts';

/** Reads a folder of model files and keeps the answer until a file or the listing changes. */
export function watchModels(): (folder: string) => Promise<ModelFiles> {
  let kept: { state: string; files: ModelFiles } | undefined;
  return async (folder) => {
    const [{ loadModels }, { keepLastGood }] = await modules();
    const state = stateOf(folder);
    if (kept?.state !== state) {
      kept = { state, files: keepLastGood(loadModels(folder), kept?.files ?? null) };
    }
    return kept.files;
  };
}

/** Loaded with the first question: they bring the schema library along. */
const modules = () => Promise.all([import('./config/load.ts'), import('./config/model-files.ts')]);

/** Differs whenever a model file, or a smoke file beside it, may have other content than before. */
function stateOf(folder: string): string {
  if (!existsSync(folder)) return `${folder}: none`;
  const files = readdirSync(folder)
    .filter((name) => /\.(?:ya?ml|jsonl?)$/i.test(name))
    .map((name) => `${name} ${stampOf(join(folder, name))}`);
  return [folder, ...files.sort()].join('\n');
}

/** A change keeps the time of the content where a file is copied with it, but not the time of the change. */
function stampOf(file: string): string {
  try {
    const { mtimeMs, ctimeMs, size, ino } = statSync(file);
    return [mtimeMs, ctimeMs, size, ino].join(' ');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/** The folder `models` beside the nearest package.json above this file, compiled or not. */
export function findModelsDir(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return join(folder, 'models');
  }
}
