import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tellReceiver } from '../../../orchestrations/tell-receiver.ts';
import type { Notice, NoticeRow, Sent } from '../../../shared/domain/notice.ts';
import { type Answer, drive } from './drive.ts';

const minuteMs = 60_000;
const notice: Notice = {
  ...{ id: 'ntc_1', kind: 'approval.waits', model: 'm', subject: 'm-release', runId: 'm-run', title: 'T' },
  ...{ at: '2026-03-02T00:00:00.000Z', text: 'It waits.', facts: [], commands: [], approval: null },
};

/** Tells it, with what each try is answered; the last answer goes on. Answers the rows that were written. */
function tell(
  answers: readonly (Sent | { outage: string } | { finalFailure: string })[],
  ledger: unknown = null,
) {
  const rows: NoticeRow[] = [];
  const sentAt: number[] = [];
  const answer: Answer = (name, input, nowMs) => {
    if (name === 'send-notice') {
      sentAt.push(nowMs);
      return answers[Math.min(sentAt.length, answers.length) - 1];
    }
    rows.push(input as NoticeRow);
    return ledger;
  };
  const driven = drive((context) => tellReceiver(context, { notice, to: 'ops' }), answer);
  return { ...driven, rows, sentAt };
}

const failed = (retryAfterMs: number | null = null): Sent => ({
  state: 'failed',
  why: 'it answered 503',
  retryAfterMs,
});

describe('a receiver that is told', () => {
  it('is told once where it takes the notice', () => {
    const { value, rows, sentAt } = tell([{ state: 'delivered' }]);
    expect(value).toEqual({ state: 'delivered', tries: 1 });
    expect(sentAt).toEqual([0]);
    expect(rows).toMatchObject([{ id: 'ntc_1', to: 'ops', state: 'delivered', tries: 1, why: '' }]);
  });

  it('is tried again while it is away, eight times in all over less than eight hours', () => {
    const { value, rows, sentAt, tookMs } = tell([failed()]);
    expect(value).toEqual({ state: 'not-delivered', tries: 8 });
    expect(sentAt.map((ms) => ms / minuteMs)).toEqual([0, 0.5, 2.5, 12.5, 42.5, 102.5, 222.5, 462.5]);
    expect(tookMs).toBeLessThan(8 * 60 * minuteMs);
    expect(rows.map(({ state }) => state)).toEqual([...Array(7).fill('tried-again'), 'not-delivered']);
    expect(rows.at(-1)).toMatchObject({ why: 'it answered 503', tries: 8 });
  });

  it('is not tried earlier than it has asked, nor at all where it asks for more than a day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 * 1_440 }), (minutes) => {
        const { sentAt, value } = tell([failed(minutes * minuteMs), { state: 'delivered' }]);
        if (minutes > 1_440) expect([sentAt.length, value?.state]).toEqual([1, 'not-delivered']);
        else expect(sentAt[1]).toBe(Math.max(minutes, 0.5) * minuteMs);
      }),
    );
  });

  it('is given up at once where it refuses', () => {
    const { value, rows } = tell([{ state: 'refused', why: 'it answered 404' }]);
    expect(value).toEqual({ state: 'not-delivered', tries: 1 });
    expect(rows).toMatchObject([{ state: 'not-delivered', why: 'it answered 404' }]);
  });

  it('that is in no setting yet is tried again, and told once it is', () => {
    const outage = 'bad-setting: RATCHET_NOTICES must have a receiver ops';
    const { value, rows } = tell([{ outage }, { state: 'delivered' }]);
    expect(value).toEqual({ state: 'delivered', tries: 2 });
    expect(rows[0]).toMatchObject({ state: 'tried-again', why: outage });
  });

  it('is told though the ledger is away', () => {
    const { value, sentAt } = tell([failed(), { state: 'delivered' }], { outage: 'azure-unavailable: away' });
    expect(value).toEqual({ state: 'delivered', tries: 2 });
    expect(sentAt).toEqual([0, 0.5 * minuteMs]);
  });

  it('ends whatever the receiver says', () => {
    const sent = fc.oneof(
      fc.constant<Sent>({ state: 'delivered' }),
      fc.record({
        state: fc.constant('failed' as const),
        why: fc.string(),
        retryAfterMs: fc.option(fc.integer({ min: 0, max: 1e11 })),
      }),
      fc.constant<Sent>({ state: 'refused', why: 'no' }),
    );
    fc.assert(
      fc.property(fc.array(sent, { minLength: 1, maxLength: 12 }), (answers) => {
        const { value, sentAt, tookMs } = tell(answers);
        expect(sentAt.length).toBeLessThanOrEqual(8);
        expect(value!.tries).toBe(sentAt.length);
        expect(tookMs).toBeLessThanOrEqual(8 * 1_440 * minuteMs);
      }),
    );
  });
});
