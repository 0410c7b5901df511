/** How long one call of an Azure service may take, its retries included. */
export const callTimeoutMs = 45_000;
/** How long getting a token for it may take. */
export const tokenTimeoutMs = 30_000;
/** How long reading a file of up to a gigabyte may take. */
export const downloadTimeoutMs = 240_000;

/**
 * Retries inside one call: they outlast a dropped connection or a short throttling. Longer outages are the durable
 * retries' affair.
 */
export const retryOptions = { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 8_000 } as const;

/** For one call: gives it up after `timeoutMs`. */
export function callLimit(timeoutMs = callTimeoutMs): { readonly abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(timeoutMs) };
}
