/**
 * Why a local process cannot start, said so that the person at the keyboard can mend it: the subject, the rule, the
 * value seen and the next step are in the message.
 */
type LocalErrorCode =
  | 'options'
  | 'home-in-use'
  | 'port-in-use'
  | 'settings'
  | 'state'
  | 'host-json'
  | 'app'
  | 'binding';

export class LocalError extends Error {
  readonly code: LocalErrorCode;

  constructor(code: LocalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LocalError';
    this.code = code;
  }
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** The stack of whatever was thrown, or its text when it has none. */
export function errorDetail(error: unknown): string {
  return error instanceof Error ? (error.stack ?? errorText(error)) : String(error);
}
