import { expect, test } from 'vitest';
import { Work } from '../../../local/clock/work.ts';
import { type ArrivingEvent, EventType } from '../../../local/functions-host/durable/history.ts';
import { Mailboxes, type TurnEnd } from '../../../local/functions-host/durable/mailboxes.ts';
import type { Message } from '../../../local/functions-host/durable/store/records.ts';

const message = (seq: number): Message => ({
  seq,
  target: 'wide',
  executionId: null,
  body: { EventType: EventType.EventRaised } as ArrivingEvent,
});
const hourMs = 3_600_000;

/** Boxes whose turns end as they are told to, and the messages that each turn took. */
function open(rests: TurnEnd['rest'][]): {
  boxes: Mailboxes;
  taken: number[][];
  until(turns: number): Promise<void>;
} {
  const taken: number[][] = [];
  const boxes = new Mailboxes(new Work(), 1, {
    canTake: ({ messages }) => messages.length > 0,
    async takeTurn({ messages }) {
      const rest = rests[taken.length];
      taken.push(messages.map(({ seq }) => seq!));
      return rest ? { used: [...messages], rest } : { used: [...messages] };
    },
  });
  boxes.open();
  const until = async (turns: number): Promise<void> => {
    while (taken.length < turns) await new Promise((resolve) => setImmediate(resolve));
    // Whatever the last turn leaves is put in order after it.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { boxes, taken, until };
}

test('after a turn that asks for a rest, the next one takes all that was on its way', async () => {
  const { boxes, taken, until } = open([{ untilMs: performance.now() + hourMs, expected: 3 }]);
  boxes.deliver(message(1));
  await until(1);
  for (const id of [2, 3]) {
    boxes.deliver(message(id));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(taken).toEqual([[1]]);
  boxes.deliver(message(4));
  await until(2);
  expect(taken).toEqual([[1], [2, 3, 4]]);
  // A turn that asked for none: the next begins at once.
  boxes.deliver(message(5));
  await until(3);
  expect(taken.at(-1)).toEqual([5]);
  await boxes.close();
});

test('a rest that is over puts nothing off', async () => {
  const { boxes, taken, until } = open([{ untilMs: performance.now() - 1, expected: 3 }]);
  boxes.deliver(message(1));
  await until(1);
  boxes.deliver(message(2));
  await until(2);
  expect(taken).toEqual([[1], [2]]);
  await boxes.close();
});

test('a rest is no work once the boxes are closed, and what waits is left to the store', async () => {
  const { boxes, taken, until } = open([{ untilMs: performance.now() + hourMs, expected: 3 }]);
  boxes.deliver(message(1));
  await until(1);
  boxes.deliver(message(2));
  await boxes.close();
  expect(taken).toEqual([[1]]);
});
