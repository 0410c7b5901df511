import { programFile } from '../../process/project-folder.ts';
import { freePort } from '../free-port.ts';
import { type Rank, ranksOf } from '../job-compute.ts';
import type { JobDefinition } from '../job-definition.ts';

/** What ranks-process.ts is started with. */
export interface RanksRequest {
  readonly words: readonly string[];
  readonly ranks: readonly Rank[];
}

/** The words of a job's process: those of its command, or of the one that starts them once for each rank. */
export async function wordsOf(
  definition: JobDefinition,
  words: readonly string[],
): Promise<readonly string[]> {
  if (definition['train']) return trainWords(definition['train'], words.slice(1));
  const ranks = await ranksOf(definition, freePorts);
  if (!ranks) return words;
  const request: RanksRequest = { words, ranks };
  return ['node', programFile(new URL('./ranks-process.ts', import.meta.url)), JSON.stringify(request)];
}

/** Of a part of an AutoML job: it runs no code of anybody's. */
function trainWords(train: unknown, folders: readonly string[]): readonly string[] {
  const program = programFile(new URL('../automl/train-process.ts', import.meta.url));
  return ['node', program, JSON.stringify(train), ...folders];
}

/** Taken by nobody a moment ago, and each another one. */
async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  while (found.size < count) found.add(await freePort());
  return [...found];
}
