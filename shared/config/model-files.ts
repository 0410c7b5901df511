/**
 * The model files as the application goes by them: what is valid now, and for a file that broke, what it last said.
 *
 * Invariants
 * 1. A broken file changes nothing for any other model.
 * 2. A model goes on as its file last was valid for as long as this process lives; one that has never been valid here
 *    answers with its problems. A file that is gone is gone: its model ends with it.
 * 3. Limits of the fleet that cannot be read are not taken for none.
 */
import { basename, dirname } from 'node:path';
import type { FleetPolicy } from './fleet-schema.ts';
import type { LoadedModels } from './load.ts';
import { type ConfigProblem, formatProblem } from './problem.ts';
import type { PinnedModel } from './schema.ts';

export interface ModelFiles {
  /** Those that can be asked: valid now, or as they last were. */
  readonly models: ReadonlyMap<string, PinnedModel>;
  /** What is wrong with a file now, by its model. */
  readonly broken: ReadonlyMap<string, readonly ConfigProblem[]>;
  /** Every model there is a file of, in order. */
  readonly names: readonly string[];
  /** No policy and no problems: there is no fleet file. No policy and problems: nobody knows the limits. */
  readonly fleet: { readonly policy: FleetPolicy | null; readonly problems: readonly ConfigProblem[] };
}

/** What was just read, with what is known of before where it is broken. */
export function keepLastGood(loaded: LoadedModels, before: ModelFiles | null): ModelFiles {
  const kept = [...loaded.broken.keys()].flatMap((name) => {
    const last = before?.models.get(name);
    return last ? [[name, last] as const] : [];
  });
  const { fleet } = loaded;
  return {
    models: new Map([...loaded.models, ...kept].sort(([a], [b]) => (a < b ? -1 : 1))),
    broken: loaded.broken,
    names: [...loaded.models.keys(), ...loaded.broken.keys()].sort(),
    fleet:
      fleet && 'problems' in fleet
        ? { policy: before?.fleet.policy ?? null, problems: fleet.problems }
        : { policy: fleet?.fleet ?? null, problems: [] },
  };
}

/** Problems for those who ask from outside: the folder on this machine is none of their business. */
export function describeProblems(problems: readonly ConfigProblem[]): string[] {
  return problems.map((problem) =>
    formatProblem({ ...problem, file: `${basename(dirname(problem.file))}/${basename(problem.file)}` }),
  );
}

/** What is wrong with all the files, and what becomes of it: lines for the log. */
export function describeBroken({ models, broken, fleet }: ModelFiles): string[] {
  const lines = [...broken].flatMap(([name, problems]) => {
    const goesOn = models.has(name) ? 'keeps its last valid version' : 'takes no requests until it is fixed';
    return problems.map((problem) => `${formatProblem(problem)} (model ${name} ${goesOn})`);
  });
  const goesOn = fleet.policy ? 'the fleet keeps its last valid version' : 'no run starts until it is fixed';
  return [...lines, ...fleet.problems.map((problem) => `${formatProblem(problem)} (${goesOn})`)];
}
