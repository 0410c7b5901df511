/** One uploaded file held against the expectations of the model file: a row of the ledger. */
import { counted } from './plural.ts';
export interface DataVerdict {
  readonly model: string;
  /** Name below the model's data path. */
  readonly file: string;
  /** The verdict is about this content and no other. */
  readonly etag: string;
  /** When the content was put there, as the storage has it (ISO 8601, UTC). */
  readonly uploadedAt: string;
  readonly accepted: boolean;
  /** Null where the file could not be read to its end. */
  readonly rows: number | null;
  readonly bytes: number;
  /** What is wrong, each with its numbers; at most 20. No value of a text column is ever in them. */
  readonly problems: readonly string[];
  /** How many there are, those left out of `problems` included. */
  readonly problemCount: number;
  /** SHA-256 of the expectations it was held against, hex: other expectations ask for another verdict. */
  readonly expectHash: string;
}

/** A file with one content. */
export function verdictKey({ file, etag }: Pick<DataVerdict, 'file' | 'etag'>): string {
  return `${etag} ${file}`;
}

/** The first problems and how many there are: `3 problems: a; b; c.` */
export function describeProblems({
  problems,
  problemCount,
}: Pick<DataVerdict, 'problems' | 'problemCount'>): string {
  const count = counted(problemCount, 'problem');
  const first = problems.slice(0, 3).join('; ');
  return `${problemCount > 3 ? `${count}, the first 3` : count}: ${first}.`.slice(0, 1000);
}
