import { globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type ConfigProblem, fleetFileName, readFleetFile, readModelFile } from '../shared/config/load.ts';

export { formatProblem } from '../shared/config/load.ts';

export type Checked = { readonly valid: string } | { readonly problems: readonly ConfigProblem[] };

/** Checks a model file, or the fleet file by its name. */
export function checkConfig(file: string): Checked {
  if (basename(file) === fleetFileName) return checkFleet(file);
  const result = readModelFile(file);
  return 'problems' in result
    ? result
    : { valid: `${file}: valid, hash ${result.model.configHash.slice(0, 12)}` };
}

/** Its shares name models: those whose files are beside it. */
function checkFleet(file: string): Checked {
  const models = globSync(join(dirname(file), '*.{yaml,yml}'))
    .map((other) => basename(other).replace(/\.ya?ml$/, ''))
    .filter((name) => `${name}.yaml` !== fleetFileName);
  const result = readFleetFile(file, models);
  if (!result) return { problems: [{ file, line: 0, path: '', message: 'there is no such file' }] };
  return 'problems' in result ? result : { valid: `${file}: valid` };
}
