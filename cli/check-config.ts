import { basename, dirname } from 'node:path';
import {
  fleetFileName,
  listModelFiles,
  loadModels,
  modelOfFile,
  readFleetFile,
  readModelFile,
} from '../shared/config/load.ts';
import type { ConfigProblem } from '../shared/config/problem.ts';

export { formatProblem } from '../shared/config/problem.ts';

interface Checked {
  readonly files: readonly string[];
  /** A line for each file without problems. */
  readonly valid: readonly string[];
  readonly problems: readonly ConfigProblem[];
  /** Of valid files: what their writers hardly mean. */
  readonly warnings: readonly ConfigProblem[];
}

/** Checks a folder as the service reads it: with what its files say of each other. */
export function checkFolder(folder: string): Checked {
  const { models, broken, fleet, warnings } = loadModels(folder);
  const files = listModelFiles(folder);
  const valid = files.flatMap((file) => {
    const model = models.get(modelOfFile(file));
    return model ? [describeValid(file, model.configHash)] : [];
  });
  const problems = [...broken.values()].flat();
  if (!fleet) return { files, valid, problems, warnings };
  const file = `${folder}/${fleetFileName}`;
  if ('problems' in fleet)
    return { files: [...files, file], valid, problems: [...problems, ...fleet.problems], warnings };
  return {
    files: [...files, file],
    valid: [...valid, `${file}: valid`],
    problems,
    warnings: [...warnings, ...fleet.warnings],
  };
}

/** Checks files that were named: model files, and the fleet file by its name. */
export function checkFiles(files: readonly string[]): Checked {
  const checked = files.map((file) =>
    basename(file) === fleetFileName ? checkFleet(file) : checkModel(file),
  );
  return {
    files,
    valid: checked.flatMap((result) => ('valid' in result ? [result.valid] : [])),
    problems: checked.flatMap((result) => ('problems' in result ? result.problems : [])),
    warnings: checked.flatMap((result) => ('warnings' in result ? result.warnings : [])),
  };
}

type OneChecked =
  | { readonly valid: string; readonly warnings: readonly ConfigProblem[] }
  | { readonly problems: readonly ConfigProblem[] };

function checkModel(file: string): OneChecked {
  const result = readModelFile(file);
  if ('problems' in result) return result;
  return { valid: describeValid(file, result.model.configHash), warnings: result.warnings };
}

/** Its shares name models: those whose files are beside it. */
function checkFleet(file: string): OneChecked {
  const { models } = loadModels(dirname(file));
  const configs = new Map([...models].map(([name, { config }]) => [name, config]));
  const result = readFleetFile(file, listModelFiles(dirname(file)).map(modelOfFile), configs);
  if (!result) return { problems: [{ file, line: 0, path: '', message: 'there is no such file' }] };
  return 'problems' in result ? result : { valid: `${file}: valid`, warnings: result.warnings };
}

function describeValid(file: string, configHash: string): string {
  return `${file}: valid, hash ${configHash.slice(0, 12)}`;
}
