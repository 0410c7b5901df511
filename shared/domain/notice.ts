/**
 * What people are told of a release or a run, and what became of telling them. Plain JSON: it stands in durable histories
 * and in the ledger, and has neither addresses of receivers nor links that bear a signature.
 */

import { shortHash } from './short-hash.ts';

/** What a notice can be about, as the model file chooses among them. */
export const noticeTopics = ['approval', 'question', 'outcome'] as const;
type NoticeTopic = (typeof noticeTopics)[number];

/** Closed. The first part says what it is about, a full stop, what has happened: `type` of a webhook. */
const noticeKinds = {
  'approval.waits': 'approval',
  'approval.reminder': 'approval',
  'approval.escalated': 'approval',
  'approval.void': 'approval',
  'approval.expired': 'approval',
  'release.asks': 'question',
  'run.asks': 'question',
  'serving.drifted': 'question',
  'absence.began': 'question',
  'release.goes-back': 'outcome',
  'release.settled': 'outcome',
  'release.ended': 'outcome',
  'drill.failed': 'outcome',
  'absence.ended': 'outcome',
  'baseline.moves': 'outcome',
} as const satisfies Readonly<Record<string, NoticeTopic>>;
export type NoticeKind = keyof typeof noticeKinds;

/** Who is told of what, as the model file has it. */
export interface NoticeAddress {
  /** A name in `RATCHET_NOTICES`. */
  readonly to: string;
  /** Absent: of everything. */
  readonly about?: readonly NoticeTopic[] | undefined;
}

/** `name: value`, for people. */
export interface NoticeFact {
  readonly name: string;
  readonly value: string;
}

export interface Notice {
  /** The same however often it comes up or is sent: receivers tell a repetition by it. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly model: string;
  /** The release, the run or the absence that it is about. */
  readonly subject: string;
  /** Empty: it is about no run. */
  readonly runId: string;
  /** When it came up (ISO 8601, UTC). */
  readonly at: string;
  /** One line. */
  readonly title: string;
  readonly text: string;
  readonly facts: readonly NoticeFact[];
  /** What answers it, as commands. */
  readonly commands: readonly string[];
  /** What an approval on its page would be of; null, where nobody's approval is asked. */
  readonly approval: { readonly binding: string; readonly until: string } | null;
}

/** A notice with the receivers it is for, by name. */
export interface AddressedNotice {
  readonly notice: Notice;
  readonly to: readonly string[];
}

/** One row of the ledger: a notice on its way to one receiver, as far as it has come. */
export interface NoticeRow {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly model: string;
  readonly subject: string;
  readonly title: string;
  /** When it came up (ISO 8601, UTC). */
  readonly at: string;
  /** A name in `RATCHET_NOTICES`. */
  readonly to: string;
  readonly state: 'delivered' | 'tried-again' | 'not-delivered';
  readonly tries: number;
  /** When it was last tried (ISO 8601, UTC). */
  readonly triedAt: string;
  /** Why it was not delivered; empty: it was. */
  readonly why: string;
}

/** A notice before it has an id and receivers. */
export interface DueNotice
  extends Pick<Notice, 'kind' | 'at' | 'title' | 'text'>,
    Partial<Pick<Notice, 'facts' | 'commands' | 'approval'>> {
  /** What tells it apart from others of its kind and subject. */
  readonly key: string;
  /** Receivers beside those of the model file. */
  readonly also?: readonly string[];
}

/** The notice under its id, with those who are told of its topic; none where nobody is. */
export function addressNotice(
  of: Pick<Notice, 'model' | 'subject' | 'runId'>,
  addresses: readonly NoticeAddress[],
  { key, also = [], facts = [], commands = [], approval = null, ...said }: DueNotice,
): AddressedNotice[] {
  const topic = noticeKinds[said.kind];
  const listed = addresses.filter(({ about }) => !about || about.includes(topic)).map(({ to }) => to);
  const to = [...new Set([...listed, ...also])];
  const id = `ntc_${shortHash(`${of.subject} ${said.kind} ${key}`)}`;
  return to.length === 0 ? [] : [{ notice: { id, ...of, ...said, facts, commands, approval }, to }];
}

/** What became of sending a notice once. */
export type Sent =
  | { readonly state: 'delivered' }
  /** The same may succeed later. */
  | { readonly state: 'failed'; readonly why: string; readonly retryAfterMs: number | null }
  /** It may not. */
  | { readonly state: 'refused'; readonly why: string };
