import type { ProcessEnd } from './process.ts';

/** A job's end that its author, not this program, has to explain. The text reaches the caller as it is. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws a JobFailure unless the process ended well; `program` is what it was called. */
export function failUnlessWell(end: ProcessEnd, program: string): void {
  switch (end.kind) {
    case 'exit':
      if (end.code === 0) return;
      throw new JobFailure(
        'ExecutionFailed',
        `The process ended with exit code ${end.code}.${quoted(end.stderrTail)}`,
      );
    case 'signal':
      throw new JobFailure(
        'ExecutionFailed',
        `The process was ended by ${end.signal}.${quoted(end.stderrTail)}`,
      );
    case 'timeout':
      throw new JobFailure(
        'JobTimeout',
        `The process was ended after ${end.timeoutMs / 1000} s, its limits.timeout; raise the limit, or reduce the work of the job`,
      );
    case 'not-started':
      throw new JobFailure(
        'ProgramNotStarted',
        `The program ${JSON.stringify(program)} did not start: ${end.reason}`,
      );
    case 'aborted':
      return; // the signal says why, and the caller looks at it
  }
}

function quoted(stderrTail: string): string {
  return stderrTail === ''
    ? ' It wrote nothing to standard error.'
    : ` Standard error ends with:\n${stderrTail}`;
}
