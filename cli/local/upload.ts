import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { uploadFile } from '../../local/launch/upload-data.ts';
import { readStateFile } from '../../local/process/state-file.ts';
import { listModelFiles, modelOfFile } from '../../shared/config/load.ts';
import type { ModelConfig } from '../../shared/config/schema.ts';
import { suggest } from '../../shared/config/suggest.ts';
import { counted } from '../../shared/domain/plural.ts';
import { readArgs, UsageError } from '../command.ts';
import { readModel } from '../read-model.ts';
import { printJson } from '../service.ts';
import { requireDataFile } from './require-data-file.ts';
import { findRunningCloud } from './running-cloud.ts';

const SettingsSchema = z.looseObject({ Values: z.looseObject({ RATCHET_MODELS_DIR: z.string() }) });

export async function upload(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    model: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length === 0) throw new UsageError('name the files to upload');
  if (values.model === undefined) throw new UsageError('--model is missing: the model that the data is for');
  for (const file of positionals) checkFile(file);
  checkNames(positionals);
  const { home, cloud } = findRunningCloud();
  const config = readModel(findModelFile(home, values.model));
  if (!config) return 3;
  for (const file of positionals) requireDataFile(file, pathOf(file, config), config);
  const done = [];
  for (const file of positionals) {
    const uploaded = await uploadFile(cloud, { file, path: pathOf(file, config) });
    done.push(uploaded);
    const { path, bytes, replaced } = uploaded;
    if (!values.json)
      console.log(`${replaced ? 'Replaced' : 'Uploaded'}: ${path}  (${counted(bytes, 'byte')})`);
  }
  if (values.json) printJson({ model: config.model, files: done });
  else if (config.data.expect) console.log(`ratchet data ${config.model} shows the verdicts on them.`);
  return 0;
}

function checkFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`there is no file ${file}`);
  if (!found.isFile()) throw new UsageError(`${file} is not a file; name the files in it`);
}

function pathOf(file: string, { data }: ModelConfig): string {
  return `${data.path}${basename(file)}`;
}

/** All go to one folder. */
function checkNames(files: readonly string[]): void {
  const names = files.map((file) => basename(file));
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined)
    throw new UsageError(
      `two of the files are named ${twice}, and one would replace the other: rename one of them`,
    );
}

/** The file of a model in the folder that the service reads. */
function findModelFile(home: string, model: string): string {
  const file = join(home, 'local.settings.json');
  const settings = readStateFile(file, SettingsSchema);
  if (settings === null) throw new Error(`${file} is not there: ratchet up writes it`);
  const folder = settings.Values.RATCHET_MODELS_DIR;
  const files = listModelFiles(folder);
  const found = files.find((candidate) => modelOfFile(candidate) === model);
  if (found !== undefined) return found;
  throw new UsageError(
    `no model file in ${folder} is named ${model}${suggest(model, files.map(modelOfFile))}`,
  );
}
