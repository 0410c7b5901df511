import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LoadedModels } from './config/load.ts';

/** Reads a folder of model files and keeps the answer until a file or the listing changes. */
export function watchModels(): (folder: string) => Promise<LoadedModels> {
  let kept: { state: string; loaded: LoadedModels } | undefined;
  return async (folder) => {
    const state = stateOf(folder);
    if (kept?.state !== state) {
      const { loadModels } = await import('./config/load.ts');
      kept = { state, loaded: loadModels(folder) };
    }
    return kept.loaded;
  };
}

/** Differs whenever a model file may have other content than before. */
function stateOf(folder: string): string {
  if (!existsSync(folder)) return `${folder}: none`;
  const files = readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => {
      const { mtimeMs, size } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {
        mtimeMs: 0,
        size: 0,
      };
      return `${name} ${mtimeMs} ${size}`;
    });
  return [folder, ...files.sort()].join('\n');
}

/** The folder `models` beside the nearest package.json above this file, compiled or not. */
export function findModelsDir(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return join(folder, 'models');
  }
}
