import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SystemClock, VirtualClock } from '../../../local/clock/clock.ts';
import { reportClock, setClock } from '../../../local/clock/clock-endpoint.ts';
import { Work } from '../../../local/clock/work.ts';

describe('VirtualClock', () => {
  it('calls back whoever is due, in due order, once, and never early', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1000), { maxLength: 30 }),
        fc.array(fc.nat(1200), { maxLength: 10 }),
        (dues, moves) => {
          const clock = new VirtualClock(0);
          const called: number[] = [];
          for (const due of dues) {
            clock.at(due + 1, () => {
              expect(clock.now()).toBeGreaterThanOrEqual(due + 1);
              called.push(due);
            });
          }
          for (const move of moves) clock.setNow(move);
          const reached = Math.max(0, ...moves);
          expect(called).toHaveLength(dues.filter((due) => due + 1 <= reached).length);
          const waiting = dues.filter((due) => due + 1 > reached).map((due) => due + 1);
          expect(clock.nextDueMs()).toBe(waiting.length === 0 ? null : Math.min(...waiting));
        },
      ),
    );
  });

  it('never goes back', () => {
    const clock = new VirtualClock(1000);
    clock.setNow(10);
    expect(clock.now()).toBe(1000);
  });

  it('forgets a withdrawn call', () => {
    const clock = new VirtualClock(0);
    clock.at(5, () => expect.unreachable())();
    clock.setNow(10);
    expect(clock.nextDueMs()).toBeNull();
  });

  it('lets the others run when one throws, and says so', () => {
    const clock = new VirtualClock(0);
    let ran = false;
    clock.at(1, () => {
      throw new Error('mine');
    });
    clock.at(2, () => {
      ran = true;
    });
    expect(() => clock.setNow(3)).toThrow('1 of 2 due calls failed');
    expect(ran).toBe(true);
  });
});

describe('the clock endpoint', () => {
  it('refuses to set the system clock, or a time that is none', () => {
    expect(setClock(new SystemClock(), new Work(), { now: '2026-01-01T00:00:00Z' }).status).toBe(409);
    const refused = setClock(new VirtualClock(0), new Work(), { now: 'soon' });
    expect(refused).toEqual({ status: 400, body: { error: 'now: expected an ISO 8601 time, got "soon"' } });
  });

  it('reports time, work and the next wait', () => {
    const [clock, work] = [new VirtualClock(0), new Work()];
    clock.at(1000, () => {});
    const end = work.begin();
    expect(reportClock(clock, work)).toEqual({
      mode: 'virtual',
      now: '1970-01-01T00:00:00.000Z',
      busy: 1,
      begun: 1,
      nextDue: '1970-01-01T00:00:01.000Z',
    });
    end();
    end();
    expect(work.busy).toBe(0);
  });
});
