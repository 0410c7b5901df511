/**
 * The receivers of notices, as the setting `RATCHET_NOTICES` has them: `NAME=KIND ADDRESS [SECRET]`, semicolons between. Pure.
 *
 * Invariant: what is said of a wrong setting names its entry and the rule, never an address or a secret.
 */
import { readWebhookSecret } from '../http/webhook-signature.ts';

const kinds = ['teams', 'slack', 'webhook'] as const;

export interface Receiver {
  readonly kind: (typeof kinds)[number];
  readonly url: string;
  /** What webhooks are signed with; null: this kind is not. */
  readonly key: Uint8Array | null;
}

export type Receivers = ReadonlyMap<string, Receiver>;

/** The receivers by name, or what is wrong with the first entry that is. */
export function readReceivers(text: string): Receivers | { readonly wrong: string } {
  const receivers = new Map<string, Receiver>();
  const entries = text.split(';').filter((entry) => entry.trim() !== '');
  for (const [at, entry] of entries.entries()) {
    const [name = ''] = entry.split('=', 1).map((part) => part.trim());
    const isName = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/.test(name) && entry.includes('=');
    const which = isName ? `entry ${at + 1}, ${name}` : `entry ${at + 1}`;
    if (!isName)
      return {
        wrong: `${which}: it begins with a name (lower-case letters, digits and inner hyphens) and =`,
      };
    if (receivers.has(name)) return { wrong: `${which}: the name is there twice` };
    const receiver = readReceiver(entry.slice(entry.indexOf('=') + 1));
    if (typeof receiver === 'string') return { wrong: `${which}: ${receiver}` };
    receivers.set(name, receiver);
  }
  return receivers;
}

function readReceiver(text: string): Receiver | string {
  const [kind = '', url = '', secret, ...more] = text.trim().split(/\s+/);
  if (!isKind(kind)) return `after = comes its kind: ${kinds.join(', ')}`;
  if (more.length > 0) return 'it has a kind, an address and a secret, and nothing else';
  const problem = findAddressProblem(url);
  if (problem) return problem;
  if (kind !== 'webhook') {
    return secret === undefined ? { kind, url, key: null } : `${kind} takes no secret: its address is one`;
  }
  const key = readWebhookSecret(secret ?? '');
  return key
    ? { kind, url, key }
    : 'a webhook is signed: after the address comes its secret, whsec_ and the base64 of 24 to 64 bytes';
}

const isKind = (kind: string): kind is Receiver['kind'] => (kinds as readonly string[]).includes(kind);

/** Whoever reads along could take the address of Teams and Slack for their own use: it is never sent in the clear. */
function findAddressProblem(text: string): string | null {
  if (!URL.canParse(text)) return 'after its kind comes an address, https://…';
  const url = new URL(text);
  if (url.username || url.password || url.hash) return 'the address has no user, password or fragment';
  if (url.protocol === 'https:') return null;
  const isLoopback = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/.test(url.hostname);
  return url.protocol === 'http:' && isLoopback
    ? null
    : 'the address begins with https://; http:// is for this machine (127.0.0.1) alone';
}
