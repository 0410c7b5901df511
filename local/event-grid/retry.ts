/** When a failed delivery is tried again, and when it is not. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits after the first, second, ... failed attempt; the last one repeats. */
export const documentedRetryScheduleMs: readonly number[] = [
  10 * second,
  30 * second,
  minute,
  5 * minute,
  10 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
  12 * hour,
];

const maxAttempts = 30;
const timeToLiveMs = 24 * hour;
/** The service waits this long before it gives an event to the dead-letter container, and again when that fails. */
export const deadLetterDelayMs = 5 * minute;
/** How long an unreachable dead-letter container is tried before the event is dropped. */
export const deadLetterPatienceMs = 4 * hour;
export const responseLimitMs = 30 * second;

export type Outcome =
  | 'Success'
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'PayloadTooLarge'
  | 'Busy'
  | 'TimedOut'
  | 'SocketError'
  | 'GenericError';

export type DeadLetterReason =
  | 'MaxDeliveryAttemptsExceeded'
  | 'TimeToLiveExceeded'
  | 'UndeliverableDueToClientError';

export function outcomeOf(status: number): Outcome {
  if (status >= 200 && status <= 204) return 'Success';
  switch (status) {
    case 400:
      return 'BadRequest';
    case 401:
      return 'Unauthorized';
    case 403:
      return 'Forbidden';
    case 404:
      return 'NotFound';
    case 408:
      return 'TimedOut';
    case 413:
      return 'PayloadTooLarge';
    case 503:
      return 'Busy';
    default:
      return 'GenericError';
  }
}

const final: ReadonlySet<Outcome> = new Set(['BadRequest', 'Unauthorized', 'Forbidden', 'PayloadTooLarge']);

type NextStep =
  | { readonly kind: 'retry'; readonly atMs: number }
  | { readonly kind: 'give-up'; readonly reason: DeadLetterReason };

/** `attempts` counts the one that has just failed. */
export function decideNext(
  outcome: Outcome,
  attempts: number,
  acceptedMs: number,
  nowMs: number,
  scheduleMs: readonly number[],
): NextStep {
  if (final.has(outcome)) return { kind: 'give-up', reason: 'UndeliverableDueToClientError' };
  if (attempts >= maxAttempts) return { kind: 'give-up', reason: 'MaxDeliveryAttemptsExceeded' };
  const waitMs = scheduleMs[Math.min(attempts, scheduleMs.length) - 1] ?? 0;
  if (nowMs + waitMs >= acceptedMs + timeToLiveMs) return { kind: 'give-up', reason: 'TimeToLiveExceeded' };
  return { kind: 'retry', atMs: nowMs + waitMs };
}
