/**
 * An inbox for the notices of the local service: a receiver of webhooks as Standard Webhooks says, as strict as its libraries,
 * that keeps what comes for `ratchet local notices`.
 *
 * Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
 *
 * Owns: whose a notice is, and that one that comes again is kept once. Does not own: HTTP (cloud/control-server.ts).
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { RequestError } from '../http/request-error.ts';

const NoticeSchema = z.looseObject({
  type: z.string(),
  timestamp: z.string(),
  data: z.looseObject({
    id: z.string(),
    title: z.string(),
    text: z.string(),
    commands: z.array(z.string()),
    links: z.array(z.object({ title: z.string(), url: z.string() })),
  }),
});
export type InboxNotice = z.infer<typeof NoticeSchema>;

const toleranceMs = 5 * 60_000;
/** The latest that are kept in sight. */
const shownAtMost = 200;

const keyOf = (secret: string): Buffer => createHash('sha256').update(`notices ${secret}`).digest();

/** What the local service signs its notices with: made from a secret of the same folder, the same at every start. */
export const inboxSecret = (secret: string): string => `whsec_${keyOf(secret).toString('base64')}`;

export interface Inbox {
  /** Throws RequestError 400 or 401. */
  receive(headers: IncomingHttpHeaders, body: Buffer): void;
  /** The oldest first. */
  list(): readonly InboxNotice[];
}

export function openInbox(file: string, secret: string, log: (title: string) => void): Inbox {
  const known: InboxNotice[] = readKept(file);
  return {
    receive(headers, body) {
      requireSigned(headers, body, keyOf(secret));
      const parsed = NoticeSchema.safeParse(JSON.parse(body.toString('utf8')));
      if (!parsed.success) throw new RequestError(400, 'a notice is {"type", "timestamp", "data"}');
      const notice = parsed.data;
      if (known.some(({ data }) => data.id === notice.data.id)) return;
      known.push(notice);
      appendFileSync(file, `${JSON.stringify(notice)}\n`, { mode: 0o600 });
      log(notice.data.title);
    },
    list: () => known.slice(-shownAtMost),
  };
}

/** A last line that was cut short by a kill is left out. */
function readKept(file: string): InboxNotice[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [NoticeSchema.parse(JSON.parse(line))];
      } catch {
        return [];
      }
    });
}

function requireSigned(headers: IncomingHttpHeaders, body: Buffer, key: Buffer): void {
  const text = (name: string): string => String(headers[name] ?? '');
  const [id, time] = [text('webhook-id'), text('webhook-timestamp')];
  const isOfNow = /^\d{1,12}$/.test(time) && Math.abs(Date.now() - Number(time) * 1000) <= toleranceMs;
  const expected = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest();
  const isSigned = text('webhook-signature')
    .split(' ')
    .some((each) => {
      const given = Buffer.from(/^v1,(.+)$/.exec(each)?.[1] ?? '', 'base64');
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  if (id !== '' && isOfNow && isSigned) return;
  throw new RequestError(
    401,
    'webhook-signature is not of this notice, of now, with the secret of this inbox',
  );
}
