import type { TokenCredential } from '@azure/identity';
import { tokenTimeoutMs } from './call-limits.ts';

/**
 * A credential that gives up. The library's own waits without end for an identity endpoint that takes the request and
 * answers nothing, whatever limit the call has that needs the token.
 */
export function limitCredential(credential: TokenCredential, timeoutMs = tokenTimeoutMs): TokenCredential {
  return {
    async getToken(scopes, options) {
      const limit = AbortSignal.timeout(timeoutMs);
      const signal = options?.abortSignal
        ? AbortSignal.any([limit, options.abortSignal as AbortSignal])
        : limit;
      const over = Promise.withResolvers<never>();
      const giveUp = () => over.reject(limit.aborted ? noToken(timeoutMs) : signal.reason);
      if (signal.aborted) giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        return await Promise.race([credential.getToken(scopes, options), over.promise]);
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    },
  };
}

/** Under the name that the library gives to what kept it from a token: an outage, not a refusal. */
function noToken(timeoutMs: number): Error {
  const said = `the identity endpoint gave no token within ${timeoutMs / 1000} s`;
  return Object.assign(new Error(said), { name: 'CredentialUnavailableError' });
}
