/** Tells one receiver of one notice, as often as it takes; see tell-people.ts. */
import type * as df from 'durable-functions';
import type { Notice, NoticeRow } from '../shared/domain/notice.ts';
import { afterwards } from './insist.ts';
import { none, sleepUntil } from './patience.ts';
import type { Steps } from './steps.ts';
import { messageOf, now, StepFailure, takeStep } from './take-step.ts';

export interface TellInput {
  readonly notice: Notice;
  /** A name in `RATCHET_NOTICES`. */
  readonly to: string;
}

const minuteMs = 60_000;
const pausesMs = [0.5, 2, 10, 30, 60, 120, 240].map((minutes) => minutes * minuteMs);
/** A receiver that asks for more is not waited for. */
const longestPauseMs = 1_440 * minuteMs;
/** Where the ledger is away for longer, the notice is out all the same. */
const ledgerMs = 1_440 * minuteMs;

export function* tellReceiver(
  context: df.OrchestrationContext,
  input: TellInput,
): Generator<df.Task, { state: NoticeRow['state']; tries: number }, unknown> {
  for (let tries = 1; ; tries++) {
    const sent = yield* trySending(context, input);
    const pauseMs = sent.state === 'failed' ? pauseAfter(tries, sent.retryAfterMs) : null;
    const state =
      sent.state === 'delivered' ? 'delivered' : pauseMs === null ? 'not-delivered' : 'tried-again';
    const why = sent.state === 'delivered' ? '' : sent.why;
    const row = { ...describe(input), state, tries, triedAt: now(context), why } as const;
    const againMs = context.df.currentUtcDateTime.getTime() + (pauseMs ?? ledgerMs);
    yield* afterwards(context, `recording notice ${row.id} to ${row.to}`, () =>
      takeStep(context, 'record-notice', row, { untilMs: againMs }),
    );
    if (pauseMs === null) return { state, tries };
    if (context.df.currentUtcDateTime.getTime() < againMs) yield* sleepUntil(context, againMs);
  }
}

type Sent = Steps['send-notice']['output'];

/** Settings that are wrong may be mended meanwhile; an error that is ours is not for the receiver to wait for. */
function* trySending(context: df.OrchestrationContext, input: TellInput): Generator<df.Task, Sent, unknown> {
  try {
    return yield* takeStep(context, 'send-notice', input, none);
  } catch (error) {
    const why = messageOf(error);
    if (error instanceof StepFailure && error.isFinal) return { state: 'refused', why };
    return { state: 'failed', why, retryAfterMs: null };
  }
}

/** Null: it is tried no more. */
function pauseAfter(tries: number, retryAfterMs: number | null): number | null {
  const ownMs = pausesMs[tries - 1];
  if (ownMs === undefined || (retryAfterMs ?? 0) > longestPauseMs) return null;
  return Math.max(ownMs, retryAfterMs ?? 0);
}

function describe({ notice, to }: TellInput): Omit<NoticeRow, 'state' | 'tries' | 'triedAt' | 'why'> {
  const { id, kind, model, subject, title, at } = notice;
  return { id, kind, model, subject, title, at, to };
}
