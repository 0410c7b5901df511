import { maskSecrets } from './mask-secrets.ts';

/**
 * The one error base. Expected outcomes are values; an exception means something is broken or was asked wrongly.
 *
 * No message holds a secret of a known form, whatever it was made from. The codes are closed: a reader of the logs can
 * look each one up in docs/errors.md.
 */
export const errorCodes = {
  'bad-request': { status: 400, retryable: false },
  'bad-signature': { status: 401, retryable: false },
  'not-signed-in': { status: 401, retryable: false },
  'sign-in-off': { status: 403, retryable: false },
  forbidden: { status: 403, retryable: false },
  'unknown-model': { status: 404, retryable: false },
  'not-found': { status: 404, retryable: false },
  'not-listening': { status: 409, retryable: false },
  'unsupported-media-type': { status: 415, retryable: false },
  'body-too-large': { status: 413, retryable: false },
  'body-too-slow': { status: 408, retryable: true },
  'bad-config': { status: 409, retryable: false },
  'bad-setting': { status: 500, retryable: false },
  'azure-refused': { status: 502, retryable: false },
  'azure-unavailable': { status: 503, retryable: true },
  'broken-invariant': { status: 500, retryable: false },
} as const;

export type ErrorCode = keyof typeof errorCodes;

export class RatchetError extends Error {
  readonly code: ErrorCode;
  /** What the error is about, by id: model, run, signal, job, setting. Never a secret. */
  readonly subject: Readonly<Record<string, string>>;
  /** How long the service has asked not to be asked again; null: it has not said. */
  readonly retryAfterMs: number | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { subject?: Readonly<Record<string, string>>; cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(maskSecrets(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RatchetError';
    this.code = code;
    this.subject = options.subject ?? {};
    this.retryAfterMs = options.retryAfterMs ?? null;
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }

  /** The HTTP status that tells a caller the same. */
  get status(): number {
    return errorCodes[this.code].status;
  }
}
