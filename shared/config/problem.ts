export interface ConfigProblem {
  readonly file: string;
  /** 1-based; 0 where the file as a whole is meant. */
  readonly line: number;
  /** Dotted path of the field, empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

/** `models/spam-filter.yaml:12: gates.0.atLeast: …` */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
  return `${place}: ${problem.path ? `${problem.path}: ` : ''}${problem.message}`;
}
