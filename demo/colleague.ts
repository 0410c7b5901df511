/**
 * The colleague who keeps the model file and the scoring code.
 *
 * The model file is the sample's, with a release over stages (release.yaml). The scoring code is improved in a hurry in
 * the course of the story: links are decoded before their words are looked at, and `decodeURIComponent` refuses a mail in
 * which a percent sign is just that.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CloudState } from '../local/launch/cloud-state.ts';
import { publishCode } from '../local/launch/publish-assets.ts';
import { sampleModel } from '../local/launch/sample-model.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const scoring = `${sampleModel.name}-scoring`;

export interface Colleague {
  /** Where the model file is. */
  readonly modelsFolder: string;
  /** Publishes the improved code and has the model file name it; answers its version. */
  decodeLinks(): Promise<string>;
  /** Has the model file name the code of before; false where it does. */
  takeBack(): boolean;
}

/** Writes the model file below `folder`. */
export function startColleague(folder: string, cloud: () => CloudState): Colleague {
  const modelsFolder = join(folder, 'models');
  mkdirSync(modelsFolder, { recursive: true });
  const text = makeModelFile();
  let current = '1';
  const useScoring = (version: string): void => {
    current = version;
    const named = replaced(text, `code: azureml:${scoring}:1`, `code: azureml:${scoring}:${version}`);
    writeFileSync(join(modelsFolder, `${sampleModel.name}.yaml`), named);
  };
  useScoring(current);
  return {
    modelsFolder,
    decodeLinks: async () => {
      const { version } = await publishCode(cloud(), {
        name: scoring,
        version: null,
        folder: makeHastyScoring(join(folder, 'scoring')),
      });
      useScoring(version);
      return version;
    },
    takeBack: () => {
      if (current === '1') return false;
      useScoring('1');
      return true;
    },
  };
}

export function makeModelFile(): string {
  const sample = readFileSync(pathOf(`../models/${sampleModel.name}.yaml`), 'utf8');
  const until = sample.indexOf('\nrelease:\n');
  if (until < 0) throw new Error('the sample model file has no release of its own any more');
  return `${sample.slice(0, until)}\n${readFileSync(pathOf('release.yaml'), 'utf8')}`;
}

function makeHastyScoring(folder: string): string {
  cpSync(pathOf('../examples/spam-filter'), folder, { recursive: true });
  const file = join(folder, 'score-server.ts');
  const code = readFileSync(file, 'utf8');
  writeFileSync(file, replaced(code, 'slotsOf(text)', 'slotsOf(decodeURIComponent(text))'));
  return folder;
}

function replaced(text: string, before: string, after: string): string {
  if (!text.includes(before)) throw new Error(`the demo edits what is not there any more: ${before}`);
  return text.replace(before, after);
}
