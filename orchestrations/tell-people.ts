/**
 * tell-people: one notice to one receiver. Its instance id is made from both, so that a notice that comes up again starts
 * nothing.
 *
 * Owns: how often it is tried, and that the ledger says what became of it. Does not own: who is told of what
 * (shared/release, shared/domain/notice.ts), sending (shared/notices).
 *
 * Invariants
 * 1. Nothing waits for it: whoever has something to tell starts it and goes on.
 * 2. It ends: after eight tries, about eight hours, the notice is not delivered, and the ledger says why.
 * 3. It is tried no earlier than the receiver has asked.
 */
import * as df from 'durable-functions';
import type { Notice, NoticeRow } from '../shared/domain/notice.ts';
import { afterwards } from './insist.ts';
import { lasting, none, sleepUntil } from './patience.ts';
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

df.app.orchestration('tell-people', function* (context) {
  const input = context.df.getInput<TellInput>();
  if (!input) throw new Error('tell-people was started without a notice');
  for (let tries = 1; ; tries++) {
    const sent = yield* trySending(context, input);
    const pauseMs = sent.state === 'failed' ? pauseAfter(tries, sent.retryAfterMs) : null;
    const state =
      sent.state === 'delivered' ? 'delivered' : pauseMs === null ? 'not-delivered' : 'tried-again';
    const why = sent.state === 'delivered' ? '' : sent.why;
    const row = { ...describe(input), state, tries, triedAt: now(context), why } as const;
    yield* afterwards(context, `recording notice ${row.id} to ${row.to}`, () =>
      takeStep(context, 'record-notice', row, lasting(context, pauseMs ?? ledgerMs)),
    );
    if (pauseMs === null) return { state, tries };
    yield* sleepUntil(context, context.df.currentUtcDateTime.getTime() + pauseMs);
  }
});

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
