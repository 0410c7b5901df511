/**
 * Takes secrets out of text that is kept: error sentences, logs, the ledger, what is left of a job's output. Pure.
 *
 * Owns: what a secret looks like. Two kinds are known: those of a known form (keys and signatures in connection strings
 * and addresses, tokens), and values that the caller knows.
 * Does not own: where text is kept; each place that keeps it calls this.
 *
 * Invariants
 * 1. Only the secret is replaced: what stands before it says what it was.
 * 2. The time it takes grows with the length of the text, whatever the text.
 * 3. A secret ends at quotes, blanks and backslashes, so that JSON stays JSON.
 */
export const mask = '***';

/** Shorter values stand in ordinary text by chance. */
const shortestKnownChars = 8;

/** `Name=value`, `name = 'value'` and `"name": "value"`. */
const is = '(?:["\']?\\s*=\\s*["\']?|\\\\?["\']\\s*:\\s*\\\\?["\'])';

/** What stands before a secret, and the secret. */
const forms: readonly (readonly [before: string, secret: string])[] = [
  // Connection strings of Storage, Service Bus, Event Grid, databases.
  [`(?:Account|Access|Primary|Secondary|Api)_?Key${is}`, '[A-Za-z0-9+/=%_-]{16,}'],
  [`SharedAccessSignature(?:${is}| )`, '[^\\s;"\'\\\\]{16,}'],
  [`(?:Password|Pwd|Client_?Secret)${is}`, '[^\\s;&"\'\\\\]{4,}'],
  // Signatures and keys in addresses, as they are and percent-encoded.
  ['(?:[?&;]|%3F|%26)(?:sig|s|code|access_token)(?:=|%3D)', '[^\\s&"\'<>\\\\;,)]{16,}'],
  // Passwords in addresses.
  ['\\b[a-z][a-z0-9+.-]{0,20}://[^\\s/?#:@"\'\\\\]{0,100}:', '[^\\s/?#@"\'\\\\]{1,200}(?=@)'],
  // Headers.
  ['Bearer +', '[A-Za-z0-9+/=._~-]{16,}'],
  [`Authorization(?:${is}|: *)(?:Basic|SharedKey|SharedKeyLite) +`, '[^\\s"\'\\\\,]{8,}'],
  [`(?:aeg-sas-key|aeg-sas-token|x-functions-key|x-identity-header)(?:${is}|: *)`, '[^\\s"\'\\\\,]{8,}'],
  // Tokens that say by themselves what they are: JSON Web Tokens, GitHub's, secrets of Microsoft Entra.
  ['', '(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}'],
  ['', '\\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{30,}'],
  ['', '\\b[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}'],
  // Signing secrets of webhooks, and addresses that are secrets themselves.
  ['', '\\bwhsec_[A-Za-z0-9+/=]{16,}'],
  ['hooks\\.slack\\.com/(?:services|workflows|triggers)/', '[A-Za-z0-9/_-]{8,}'],
  // Private keys in PEM, with line ends as they are and as JSON has them.
  ['-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY-----', '(?:[A-Za-z0-9+/=\\r\\n]|\\\\+[nr])+'],
];

/** Finds secrets of a known form, and these values as they are, percent-encoded and as JSON has them. */
export function secretPattern(known: readonly string[] = []): RegExp {
  const literals = known
    // What keeps lines cut at lines: a key of several is known by each of them.
    .flatMap((value) => [value, ...value.split(/[\r\n]+/)])
    .filter((value) => value.length >= shortestKnownChars)
    .flatMap((value) => [value, encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)])
    // The longest first: one value may begin like another.
    .sort((a, b) => b.length - a.length)
    .map((value) => value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  const patterns = forms.map(([before, secret]) => (before === '' ? secret : `(${before})${secret}`));
  return new RegExp([...new Set(literals), ...patterns].join('|'), 'gi');
}

const ofKnownForm = secretPattern();
const groupCount = forms.filter(([before]) => before !== '').length;

/** `pattern` is one of `secretPattern`; absent: secrets of a known form. */
export function maskSecrets(text: string, pattern: RegExp = ofKnownForm): string {
  return text.replace(pattern, (_found, ...rest: unknown[]) => {
    // At most one group has matched: what stands before the secret.
    const before = rest.slice(0, groupCount).find((group) => group !== undefined);
    return `${before ?? ''}${mask}`;
  });
}
