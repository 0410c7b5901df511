import { RatchetError } from '../errors.ts';
import { callTimeoutMs } from './call-limits.ts';

/** What the errors of the Azure SDKs have in common; each field may be absent. */
interface SdkError {
  readonly name?: string;
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: unknown;
  readonly details?: { readonly odataError?: { readonly code?: string } };
  readonly response?: {
    readonly bodyAsText?: string | null | undefined;
    readonly headers?: { get(name: string): string | undefined };
  };
}

/**
 * Answers that are final, as the services document them: the request is wrong, or what it names is there or is not.
 * 401 and 403 are none of them: a role comes back once somebody assigns it, a few minutes later, and a firewall's rule
 * once somebody mends it.
 */
const refusedStatuses: ReadonlySet<number> = new Set([
  400, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 416, 422,
]);
/** The one kind of 403 that no role mends. */
const forbiddenForGood: ReadonlySet<string> = new Set([
  'RequestDisallowedByPolicy',
  'RequestDisallowedByAzure',
]);
/** Codes under a final status that end by themselves, or once an administrator mends what lies around the request. */
const passingCodes: ReadonlySet<string> = new Set([
  ...['AccountBeingCreated', 'AccountIsDisabled', 'ContainerBeingDeleted', 'ContainerDisabled'],
  ...['ContainerNotFound', 'TableBeingDeleted', 'TableNotFound'],
  ...['AnotherOperationInProgress', 'ReadOnlyDisabledSubscription', 'RetryableError', 'ScopeLocked'],
  ...['ParentResourceNotFound', 'ResourceGroupNotFound', 'SubscriptionNotFound'],
  // Races over a row that were lost too often in a row.
  ...['EntityAlreadyExists', 'UpdateConditionNotSatisfied'],
]);
/** Azure Resource Manager says `ResourceNotFound` of what is asked for and of the workspace around it alike. */
const workspaceNotFound = /^The Resource 'Microsoft\.MachineLearningServices\/workspaces\/[^/']+' under/i;
/** What the Service Bus client calls a refusal that nobody but the sender can mend; it has no status. */
const refusalCodes = new Set(['MessageSizeExceeded', 'MessagingEntityNotFound']);
/** No token is no answer of the service that was asked, whatever status the identity endpoint gave. */
const credentialError = /^(?:Aggregate)?Authentication|^CredentialUnavailable/;
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

/**
 * Whether a service has answered that what was asked for is not there. Not so where the container, the workspace or
 * the subscription around it is missing: that is a wrong or a lost setting, and may come back.
 */
export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && isRefusal(error);
}

/**
 * Whether a service has refused for good: no repetition could bring another answer. Only what is known to be final is:
 * everything else, known or not, may pass, such as an answer cut short, a page of a gateway, a lost link.
 */
export function isRefusal(cause: unknown): boolean {
  const { name = '', code: rawCode, message } = asSdkError(cause);
  if (credentialError.test(name)) return false;
  const code = codeOf(cause);
  const status = statusOf(cause);
  if (status === null) return refusalCodes.has(String(rawCode));
  if (status === 403) return code !== null && forbiddenForGood.has(code);
  if (!refusedStatuses.has(status) || isForeign(cause, code)) return false;
  return code === null || !(passingCodes.has(code) || workspaceNotFound.test(String(message)));
}

/** A body without the code that every service puts there: a gateway or a proxy has answered in its place. */
function isForeign(cause: unknown, code: string | null): boolean {
  return code === null && (asSdkError(cause).response?.bodyAsText ?? '') !== '';
}

/**
 * The service's own code of an error. The storage's answer to a HEAD request has it in a header alone; the client of Table
 * Storage has it among the details.
 */
function codeOf(cause: unknown): string | null {
  const { code, response, details } = asSdkError(cause);
  // The client's word for a body that it could not read.
  if (code === 'PARSE_ERROR') return null;
  if (typeof code === 'string' && code !== '') return code;
  return response?.headers?.get('x-ms-error-code') || details?.odataError?.code || null;
}

function answerOf(cause: unknown, timeoutMs: number): string {
  const error = asSdkError(cause);
  if (error.name === 'AbortError' || error.name === 'TimeoutError') {
    return `no answer within ${timeoutMs / 1000} s; check the health of the service and the network`;
  }
  const status = statusOf(cause);
  const said = firstLine(error.message);
  const code = typeof error.code === 'string' && !said.includes(error.code) ? error.code : null;
  const answer = [status === null ? null : `Azure answered ${status}`, code, said].filter(Boolean).join(' ');
  const next = nextStep(cause);
  return `${(next === '' ? answer : answer.replace(/\.+$/, '')) || 'no reason was given'}${next}`;
}

function nextStep(cause: unknown): string {
  const status = statusOf(cause);
  const name = asSdkError(cause).name ?? '';
  if (status === 401 || status === 403 || credentialError.test(name)) {
    return "; check the app's identity and its roles, listed in docs/settings.md";
  }
  // The Service Bus client hides the code of a failed connection in the message.
  const { code, message } = asSdkError(cause);
  const isUnreachable =
    status === null && (networkFailure.test(String(code)) || networkFailure.test(String(message)));
  return isUnreachable ? '; check the address in the settings and the network' : '';
}

/** Services append request ids and times on further lines; the first says what is wrong. */
function firstLine(message: unknown): string {
  return typeof message === 'string' ? (message.trim().split(/\r?\n/)[0]?.slice(0, 400) ?? '') : '';
}

function asSdkError(error: unknown): SdkError {
  return typeof error === 'object' && error !== null ? (error as SdkError) : { message: String(error) };
}
