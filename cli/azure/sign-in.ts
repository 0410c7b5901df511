/**
 * The token of whoever is signed in to the Azure CLI, for the application that RATCHET_SCOPE names.
 *
 * The scope is the reader's own to say, and never asked of the service: one that claims to be of another application would be
 * sent a token for that.
 */
import { AzFailed, askAz } from './az.ts';

interface Token {
  readonly accessToken: string;
  /** Seconds since 1970. */
  readonly expires_on?: number;
}

const scopePattern = /^api:\/\/[A-Za-z0-9._/-]+$/;
const spareMs = 60_000;
let kept: { readonly scope: string; readonly token: string; readonly until: number } | undefined;

/** Null where no scope is set. Kept for as long as it holds: a command may ask often. */
export async function signInByAz(env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const scope = env['RATCHET_SCOPE'];
  if (!scope) return null;
  if (!scopePattern.test(scope))
    throw new Error(
      `RATCHET_SCOPE: expected the scope of the service's own application, api://CLIENT_ID/.default, got ${JSON.stringify(scope)}`,
    );
  if (kept?.scope === scope && Date.now() < kept.until) return kept.token;
  const answer = (await askAz(['account', 'get-access-token', '--scope', scope])) as Token;
  if (typeof answer.accessToken !== 'string') throw new AzFailed('az gave no token; run az login');
  const until = (answer.expires_on ?? 0) * 1000 - spareMs;
  kept = { scope, token: answer.accessToken, until };
  return answer.accessToken;
}
