/**
 * Links to one approval: what may be approved by following one, until when, and that this app has made it. Pure.
 *
 * A link is no identity: it leads to a page behind the door of people who are signed in, and whoever follows it acts as
 * themselves, as far as they may. It says only what was to be approved when it was sent, so that what is approved is what was
 * told of. It lies in messages, logs of browsers and the hands of link scanners: looking at it does nothing.
 *
 * Owns: what a link says, and the token of the form that each person gets with it. Does not own: who they are
 * (read-principal.ts), the page (functions/approval-page.ts).
 *
 * Invariants
 * 1. A link is good for one release and one binding, until its time is over; changed in anything, it is good for nothing.
 * 2. A form's token is good for one link and one person: no other site and nobody else can make one.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

interface ApprovalLink {
  readonly releaseId: string;
  /** SHA-256 of what is approved, hex. */
  readonly binding: string;
  /** ISO 8601, UTC: then it is good for nothing. */
  readonly until: string;
}

/** The link's token, fit for a query. */
export function signLink({ releaseId, binding, until }: ApprovalLink, secret: string): string {
  const said = Buffer.from(JSON.stringify([releaseId, binding, until])).toString('base64url');
  return `${said}.${digestOf('link', said, secret).toString('base64url')}`;
}

/** The link that a token is; a text says why it is none. */
export function readLink(token: string, secrets: readonly string[], now: string): ApprovalLink | string {
  const [, said, digest] = /^([A-Za-z0-9_-]{1,2000})\.([A-Za-z0-9_-]{43})$/.exec(token) ?? [];
  if (said === undefined || !isOneOf('link', said, digest!, secrets))
    return 'this link is not one that was sent, or was cut on its way';
  const [releaseId, binding, until] = JSON.parse(Buffer.from(said, 'base64url').toString('utf8')) as string[];
  if (now >= until!) return `this link was good until ${until}`;
  return { releaseId: releaseId!, binding: binding!, until: until! };
}

/** What a person's form has to bring back. */
export function formToken(link: string, actorId: string, secret: string): string {
  return digestOf('form', `${actorId}\n${link}`, secret).toString('base64url');
}

export function isFormToken(
  token: string,
  {
    link,
    actorId,
    secrets,
  }: { readonly link: string; readonly actorId: string; readonly secrets: readonly string[] },
): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(token) && isOneOf('form', `${actorId}\n${link}`, token, secrets);
}

function isOneOf(use: 'link' | 'form', said: string, digest: string, secrets: readonly string[]): boolean {
  const given = Buffer.from(digest, 'base64url');
  const matches = secrets.map((secret) => {
    const made = digestOf(use, said, secret);
    return made.length === given.length && timingSafeEqual(made, given);
  });
  return matches.includes(true);
}

/** A digest of one use is of no use for the other. */
function digestOf(use: 'link' | 'form', said: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`ratchet approval ${use} 1\n${said}`).digest();
}
