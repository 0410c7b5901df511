import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ModelFiles } from './config/model-files.ts';

/** Up to so many files, every request looks whether they have changed. */
const lookedAtAlways = 500;
/** With more, looking takes longer than the request: there is no other look for so long, for each file. */
const restMs = 0.2;

/**
 * Reads a folder of model files and keeps the answer until a file or the listing changes: at once, of ten thousand files two seconds
 * later. `nowMs`: of a clock that is not set.
 */
export function watchModels(nowMs = () => performance.now()): (folder: string) => Promise<ModelFiles> {
  let kept: { folder: string; state: string; files: ModelFiles; untilMs: number } | undefined;
  return async (folder) => {
    const [{ loadModels }, { keepLastGood }] = await modules();
    if (kept?.folder === folder && nowMs() < kept.untilMs) return kept.files;
    const state = stateOf(folder);
    const files = kept?.state === state ? kept.files : keepLastGood(loadModels(folder), kept?.files ?? null);
    const { length } = files.names;
    kept = { folder, state, files, untilMs: length > lookedAtAlways ? nowMs() + length * restMs : 0 };
    return files;
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
