import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { Timers } from '../../../local/functions-host/durable/timers.ts';

const timer = (instanceId: string, timerId: number, fireAtMs: number) => ({
  instanceId,
  executionId: 'e',
  timerId,
  fireAtMs,
});

test('timers fire once, at their time, in order of time and then of setting; withdrawn ones never', () => {
  const times = fc.array(fc.record({ fireAtMs: fc.nat({ max: 50 }), withdrawn: fc.boolean() }), {
    maxLength: 40,
  });
  const property = fc.property(times, (wanted) => {
    const clock = new VirtualClock(0);
    const fired: [number, number][] = [];
    const timers = new Timers(clock, ({ timerId }) => fired.push([clock.now(), timerId]));
    wanted.forEach(({ fireAtMs }, id) => {
      timers.add(timer(`i${id % 3}`, id, fireAtMs + 1));
    });
    wanted.forEach(({ withdrawn }, id) => {
      if (withdrawn) timers.withdraw(`i${id % 3}`, id);
    });
    for (let next = clock.nextDueMs(); next !== null; next = clock.nextDueMs()) clock.setNow(next);
    const expected = wanted
      .map(({ fireAtMs, withdrawn }, id) => ({ id, fireAtMs: fireAtMs + 1, withdrawn }))
      .filter(({ withdrawn }) => !withdrawn)
      .sort((a, b) => a.fireAtMs - b.fireAtMs || a.id - b.id);
    expect(fired).toEqual(expected.map(({ id, fireAtMs }) => [fireAtMs, id]));
  });
  fc.assert(property);
});

test('the clock is asked for the earliest timer left, and for nothing when none is', () => {
  const clock = new VirtualClock(0);
  const timers = new Timers(clock, () => {});
  timers.add(timer('a', 0, 30));
  timers.add(timer('a', 1, 20));
  timers.add(timer('b', 0, 10));
  expect(clock.nextDueMs()).toBe(10);
  timers.withdraw('b', 0);
  expect(clock.nextDueMs()).toBe(20);
  timers.withdrawAll('a');
  expect(clock.nextDueMs()).toBeNull();
});
