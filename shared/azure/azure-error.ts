import { RatchetError } from '../errors.ts';
import { callTimeoutMs } from './call-limits.ts';

/** What the errors of the Azure SDKs have in common; each field may be absent. */
interface SdkError {
  readonly name?: string;
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
}

/** Client errors that may pass by themselves: a timeout, throttling. */
const passingStatuses = new Set([408, 429]);
/** What the Service Bus client calls a refusal; it has no status. */
const refusalCodes = new Set([
  'MessageSizeExceeded',
  'MessagingEntityDisabled',
  'MessagingEntityNotFound',
  'UnauthorizedAccess',
]);
const networkFailure =
  /^(?:REQUEST_SEND_ERROR|ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ServiceCommunicationProblem|ServiceTimeout|ServiceBusy)\b/;

/** The HTTP status an SDK error carries, if any. */
export function statusOf(error: unknown): number | null {
  const { statusCode } = asSdkError(error);
  return typeof statusCode === 'number' ? statusCode : null;
}

/**
 * Says what was asked and what Azure answered, and whether asking again may help. The SDK's error stays the cause:
 * it redacts its own headers.
 */
export function azureError(
  asked: string,
  subject: Readonly<Record<string, string>>,
  cause: unknown,
  timeoutMs = callTimeoutMs,
): RatchetError {
  if (cause instanceof RatchetError) return cause;
  const code = isRefusal(cause) ? 'azure-refused' : 'azure-unavailable';
  return new RatchetError(code, `${asked}: ${answerOf(cause, timeoutMs)}`, { subject, cause });
}

/** Only an answer of the service is a refusal. Anything else, known or not, may pass: an answer cut short, a lost link. */
function isRefusal(cause: unknown): boolean {
  const status = statusOf(cause);
  if (status !== null) return status >= 400 && status < 500 && !passingStatuses.has(status);
  return refusalCodes.has(String(asSdkError(cause).code));
}

function answerOf(cause: unknown, timeoutMs: number): string {
  const error = asSdkError(cause);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return `no answer within ${timeoutMs / 1000} s; look at the health of the service and the network`;
  }
  const status = statusOf(cause);
  const said = firstLine(error.message);
  const code = typeof error.code === 'string' && !said.includes(error.code) ? error.code : null;
  const answer = [status === null ? null : `Azure answered ${status}`, code, said].filter(Boolean).join(' ');
  return `${answer || 'no reason was given'}${nextStep(cause)}`;
}

function nextStep(cause: unknown): string {
  const status = statusOf(cause);
  const name = asSdkError(cause).name ?? '';
  if (status === 401 || status === 403 || /Authentication|CredentialUnavailable/.test(name)) {
    return '; look at the identity of the app and its roles in docs/settings.md';
  }
  // The Service Bus client hides the code of a failed connection in the message.
  const { code, message } = asSdkError(cause);
  const isUnreachable =
    status === null && (networkFailure.test(String(code)) || networkFailure.test(String(message)));
  return isUnreachable ? '; look at the address in the settings and at the network' : '';
}

/** Services append request ids and times on further lines; the first says what is wrong. */
function firstLine(message: unknown): string {
  return typeof message === 'string' ? (message.trim().split(/\r?\n/)[0]?.slice(0, 400) ?? '') : '';
}

function asSdkError(error: unknown): SdkError {
  return typeof error === 'object' && error !== null ? (error as SdkError) : { message: String(error) };
}
