/** Whether an orchestration's version lets this host run it. Pure. Rules of DurableTask.Core's VersioningSettings. */
import type { Versioning } from '../../contract.ts';

/** Null when it may run, else why not. */
export function refuseVersion(version: string, { defaultVersion, match }: Versioning): string | null {
  const runs =
    match === 'None' ||
    (match === 'Strict' ? version === defaultVersion : compareVersions(version, defaultVersion) <= 0);
  if (runs) return null;
  return (
    `The orchestration's version '${version}' does not match the host's: versionMatchStrategy is '${match}' and ` +
    `defaultVersion '${defaultVersion}' (host.json, extensions.durableTask).`
  );
}

/** No version is older than any; dotted numbers compare as numbers; everything else as text, whatever its case. */
export function compareVersions(a: string, b: string): number {
  if (a === '' || b === '') return Number(a !== '') - Number(b !== '');
  const [numbersA, numbersB] = [readNumbers(a), readNumbers(b)];
  if (numbersA && numbersB) return compareNumbers(numbersA, numbersB);
  const [textA, textB] = [a.toUpperCase(), b.toUpperCase()];
  return textA === textB ? 0 : textA < textB ? -1 : 1;
}

/** The parts of a version as .NET's System.Version reads it: two to four whole numbers. */
function readNumbers(version: string): number[] | null {
  return /^\d+(\.\d+){1,3}$/.test(version) ? version.split('.').map(Number) : null;
}

/** A part that is missing is older than one that is there: 1.0 before 1.0.0. */
function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? -1) - (b[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
