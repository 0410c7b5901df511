/**
 * Reads model files and the fleet file: what is valid, and every problem of what is not, each with file, line and path.
 *
 * Owns: which files of a folder are model files, and whose each is. Does not own: text to values (parse-yaml.ts), what
 * the fields mean (schema.ts), how often a folder is read (../watch-models.ts).
 *
 * Invariants
 * 1. A file is about the model it is named for. What is wrong with it is wrong with that model, and with no other.
 * 2. Nothing in a folder makes reading it throw; that there is no folder does.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { RatchetError } from '../errors.ts';
import { findFleetWarnings, findModelWarnings } from './find-warnings.ts';
import { type FleetPolicy, FleetSchema } from './fleet-schema.ts';
import { type ParsedModel, placed } from './parse-model-file.ts';
import { parseYaml } from './parse-yaml.ts';
import { pinModel } from './pin.ts';
import type { ConfigProblem } from './problem.ts';
import { readConfigText } from './read-text.ts';
import { type ModelConfig, ModelConfigSchema, type PinnedModel } from './schema.ts';
import { withSmokeFile } from './smoke-file.ts';
import { suggest } from './suggest.ts';

export { parseModelFile } from './parse-model-file.ts';

interface Problems {
  readonly problems: readonly ConfigProblem[];
}

/** What is valid, with what its writer hardly means. */
interface Warnings {
  readonly warnings: readonly ConfigProblem[];
}

type ParsedFleet = ({ readonly fleet: FleetPolicy } & Warnings) | Problems;
type Configs = ReadonlyMap<string, ModelConfig>;

/** The file in the folder of model files that is about all of them. */
export const fleetFileName = 'fleet.yaml';

/** With the requests of its smoke file, which lies beside it. */
function parseWithSmoke(file: string, text: string): ParsedModel {
  const parsed = parseYaml(file, text, ModelConfigSchema);
  if ('problems' in parsed) return parsed;
  const read = withSmokeFile(file, parsed.value, parsed.lineOf);
  if ('problems' in read) return read;
  return { model: pinModel(read.config), warnings: placed(file, parsed, findModelWarnings(read.config)) };
}

/**
 * `models`: every model there is: a share of one that there is not is a problem. `configs`: those whose files are
 * valid: a share that does not hold their run is a warning.
 */
export function parseFleetFile(
  file: string,
  text: string,
  models: readonly string[],
  configs: Configs = new Map(),
): ParsedFleet {
  const parsed = parseYaml(file, text, FleetSchema);
  if ('problems' in parsed) return parsed;
  const strangers = Object.keys(parsed.value.shares).filter((name) => !models.includes(name));
  if (strangers.length === 0) {
    const warnings = placed(file, parsed, findFleetWarnings(parsed.value, configs));
    return { fleet: parsed.value, warnings };
  }
  return {
    problems: strangers.map((name) => ({
      file,
      line: parsed.lineOf(['shares', name]),
      path: `shares.${name}`,
      message: `no model file is named ${name}${suggest(name, models)}`,
    })),
  };
}

/** The model that a file must be about: `spam-filter` of `models/spam-filter.yaml`. */
export function modelOfFile(file: string): string {
  return basename(file).replace(/\.ya?ml$/i, '');
}

/** Reads one model file. */
export function readModelFile(file: string): ParsedModel {
  const read = readConfigText(file);
  if ('problems' in read) return read;
  const parsed = parseWithSmoke(file, read.text);
  if ('problems' in parsed) return parsed;
  const expected = modelOfFile(file);
  const { model } = parsed.model.config;
  if (model === expected) return parsed;
  const message = `model is "${model}", but the file is named for "${expected}"; make them equal`;
  return { problems: [{ file, line: 1, path: 'model', message }] };
}

/** Null where there is none. */
export function readFleetFile(
  file: string,
  models: readonly string[],
  configs: Configs = new Map(),
): ParsedFleet | null {
  if (!existsSync(file)) return null;
  const read = readConfigText(file);
  return 'problems' in read ? read : parseFleetFile(file, read.text, models, configs);
}

/** What a folder of model files holds. */
export interface LoadedModels {
  readonly models: ReadonlyMap<string, PinnedModel>;
  /** What is wrong, by the model whose file it is. */
  readonly broken: ReadonlyMap<string, readonly ConfigProblem[]>;
  /** What valid model files say that their writers hardly mean. */
  readonly warnings: readonly ConfigProblem[];
  /** Null where there is no fleet file. */
  readonly fleet: ParsedFleet | null;
}

/** Reads every model file of a folder, and the fleet file. Throws where there is no such folder. */
export function loadModels(folder: string): LoadedModels {
  const models = new Map<string, PinnedModel>();
  const broken = new Map<string, readonly ConfigProblem[]>();
  const warnings: ConfigProblem[] = [];
  for (const [name, files] of Map.groupBy(listModelFiles(folder), modelOfFile)) {
    const parsed = readOneOf(files);
    if ('problems' in parsed) {
      broken.set(name, parsed.problems);
      continue;
    }
    models.set(name, parsed.model);
    warnings.push(...parsed.warnings);
  }
  const configs = new Map([...models].map(([name, { config }]) => [name, config]));
  const names = [...models.keys(), ...broken.keys()];
  const fleet = readFleetFile(join(folder, fleetFileName), names, configs);
  return { models, broken, warnings, fleet };
}

/** Of two files that are about the same model neither is the right one. */
function readOneOf(files: readonly string[]): ParsedModel {
  const [file, ...others] = files;
  if (file !== undefined && others.length === 0)
    return isFleet(file) ? misnamedFleet(file) : readModelFile(file);
  const names = files.map((each) => basename(each)).join(' and ');
  return {
    problems: files.map((each) => ({
      file: each,
      line: 0,
      path: '',
      message: `${names} are about the same model; keep one of them`,
    })),
  };
}

const isFleet = (file: string): boolean => modelOfFile(file) === modelOfFile(fleetFileName);

function misnamedFleet(file: string): Problems {
  const message = `is not read: the fleet file is named ${fleetFileName}, and no model may be called so`;
  return { problems: [{ file, line: 0, path: '', message }] };
}

/** The model files of a folder, by name. Hidden files are an editor's or a system's own. */
export function listModelFiles(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new RatchetError(
      'bad-setting',
      `no folder of model files at ${folder}; set RATCHET_MODELS_DIR to one`,
    );
  }
  const names = readdirSync(folder).filter((name) => isConfigFile(name) && name !== fleetFileName);
  return names.sort().map((name) => join(folder, name));
}

/** The tests of policies in a folder of model files, by name. */
export function listTestFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => testsOfPolicy.test(name) && !name.startsWith('.'));
  return names.sort().map((name) => join(folder, name));
}

const testsOfPolicy = /\.tests\.ya?ml$/i;

/** Tests of a policy lie beside the model file: they are none. */
function isConfigFile(name: string): boolean {
  return /^[^.].*\.ya?ml$/i.test(name) && !testsOfPolicy.test(name);
}
