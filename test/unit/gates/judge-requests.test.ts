import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atMost, type Cell, worseBy } from '../../../bench/canary-looks/cells.ts';
import { alpha, findBroken, judgeAtLimit } from '../../../bench/canary-looks/simulate.ts';
import { type CheckConfig, CheckSchema } from '../../../shared/config/check-schema.ts';
import { lookOfShare, lookShare } from '../../../shared/domain/look-share.ts';
import type { RequestCounts, RequestTally } from '../../../shared/domain/request-counts.ts';
import type { RequestLook } from '../../../shared/gates/requests/check-at-look.ts';
import { judgeRequests } from '../../../shared/gates/requests/judge-requests.ts';

const errors = atMost(0.01);
const beside = worseBy(0.01);
const fast = CheckSchema.parse({ check: 'fast', metric: 'slow_rate', slowerThanMs: 500, atMost: 0.05 });

const window = { from: '2026-03-09T12:00:00.000Z', until: '2026-03-09T13:00:00.000Z' };
const look = (checks: readonly CheckConfig[], more: Partial<RequestLook> = {}): RequestLook => ({
  ...{ ...window, deployment: 'spam-8', champions: ['spam-7'], mirrored: false, checks },
  ...{ forwardShare: 1 / 2, backShare: 1 / 2, minimumRequests: 500, ...more },
});

function tally(requests: number, bad: number, most = bad, slow = bad): RequestTally {
  return {
    requests,
    errors: { least: bad, most },
    slow: { 500: { least: slow, most: Math.max(slow, most) } },
  };
}

/** A quarter of the requests is of the last quarter of the time, and as good as the others. */
function counts(
  requests: number,
  bad: number,
  {
    most = bad,
    slow = bad,
    ...more
  }: { most?: number; slow?: number } & Partial<Omit<RequestCounts, 'slow'>> = {},
): RequestCounts {
  const quarter = (count: number) => Math.floor(count / 4);
  const recent = tally(quarter(requests), quarter(bad), quarter(most), quarter(slow));
  return { deployment: 'spam-8', ...tally(requests, bad, most, slow), recent, ...more };
}
const nothing = tally(0, 0);
const champion = (requests: number, bad: number) => counts(requests, bad, { deployment: 'spam-7' });

describe('a check of the share of bad requests', () => {
  it.each<[string, RequestCounts, 'passed' | 'failed' | 'inconclusive', string]>([
    [
      'passes where all of the interval lies within the limit',
      counts(4000, 20),
      'passed',
      'Check errors passed: 20 of 4,000 requests (0.5 %) of spam-8 failed; with 98.75 % confidence it is at most 0.813 %, and 1 % is allowed (look 1 at a step forward).',
    ],
    [
      'fails where all of it lies beyond, on few requests, too',
      counts(40, 12),
      'failed',
      'Check errors failed: 12 of 40 requests (30 %) of spam-8 failed; with 99.375 % confidence it is at least 13.8 %, and 1 % is allowed (look 1).',
    ],
    [
      'cannot say where the limit lies within it, and says how many requests would do',
      counts(1000, 6),
      'inconclusive',
      'Check errors cannot say: 6 of 1,000 requests (0.6 %) of spam-8 failed; 1 % is allowed, and with 98.75 % confidence it could be up to 1.42 % (look 1 at a step forward): at this rate, about 3,300 requests would do.',
    ],
    [
      'cannot say where more are bad than allowed, and it may be luck',
      counts(1000, 12),
      'inconclusive',
      'Check errors cannot say: 12 of 1,000 requests (1.2 %) of spam-8 failed; 1 % is allowed, and with 98.75 % confidence it could be up to 2.23 % (look 1 at a step forward): at this rate, no number of requests would do.',
    ],
    [
      'cannot say of fewer requests than the stage asks',
      counts(499, 0),
      'inconclusive',
      'Check errors cannot say: 0 of 499 requests (0 %) of spam-8 failed; 1 % is allowed, and a step forward needs 500 requests at least.',
    ],
    [
      'takes what is unclear for the worse before it passes',
      counts(4000, 20, { most: 40 }),
      'inconclusive',
      'Check errors cannot say: 40 of 4,000 requests (1 %) of spam-8 failed, 20 of them unclear; 1 % is allowed, and with 98.75 % confidence it could be up to 1.41 % (look 1 at a step forward): at this rate, no number of requests would do.',
    ],
    [
      'takes what is unclear for the better before it fails',
      counts(40, 0, { most: 40 }),
      'inconclusive',
      'Check errors cannot say: 40 of 40 requests (100 %) of spam-8 failed, 40 of them unclear; 1 % is allowed, and a step forward needs 500 requests at least.',
    ],
    [
      'cannot say where it was not counted',
      counts(4000, 0, { errors: null }),
      'inconclusive',
      'Check errors cannot say: error_rate was not counted.',
    ],
  ])('%s', (_name, seen, verdict, sentence) => {
    expect(judgeRequests(look([errors]), [seen, champion(36_000, 180)])).toEqual({
      verdict,
      sentence,
      requests: seen.requests,
      checks: [
        {
          ...{ check: 'errors', metric: 'error_rate', slowerThanMs: null, limit: { atMost: 0.01 }, verdict },
          challenger: { requests: seen.requests, bad: seen.errors },
          champion: { requests: 36_000, bad: { least: 180, most: 180 } },
        },
      ],
    });
  });

  it('keeps the numbers of both sides, of the checks that one look can be asked', () => {
    const checks = Array.from({ length: 20 }, () => ({ ...beside, check: 'beside' }));
    const { checks: kept = [] } = judgeRequests(look(checks), [counts(4000, 20), champion(8000, 48)]);
    expect(kept).toHaveLength(12);
    expect(kept[0]).toMatchObject({
      ...{ limit: { worseBy: 0.01 }, challenger: { requests: 4000 }, champion: { requests: 8000 } },
    });
  });

  it('asks more at a later look, and says which it is', () => {
    const late = look([errors], { forwardShare: lookShare(4), backShare: lookShare(20) });
    const { verdict, sentence } = judgeRequests(late, [counts(4000, 24)]);
    expect(verdict).toBe('inconclusive');
    expect(sentence).toContain('with 99.875 % confidence it could be up to');
    expect(sentence).toContain('(look 4 at a step forward)');
    expect(judgeRequests(look([errors]), [counts(4000, 24)]).verdict).toBe('passed');
    expect(judgeRequests(late, [counts(400, 40)]).sentence).toContain('(look 20).');
  });

  it('never takes one or two bad requests for a broken version', () => {
    expect(judgeRequests(look([errors]), [counts(2, 2)]).verdict).toBe('inconclusive');
    expect(judgeRequests(look([errors]), [counts(3, 3)]).verdict).toBe('failed');
  });

  it('counts slow answers where it is about those', () => {
    expect(judgeRequests(look([fast]), [counts(900, 0, { slow: 200 })]).sentence).toMatch(
      /^Check fast failed: 200 of 900 requests \(22\.2 %\) of spam-8 took 500 ms or longer, or got no good answer;/,
    );
    const uncounted = counts(900, 0, { slow: 0 });
    expect(judgeRequests(look([fast]), [{ ...uncounted, slow: {} }]).verdict).toBe('inconclusive');
  });
});

describe('a check against the champion', () => {
  it('passes, fails, and cannot say by the difference in the same window', () => {
    const judge = (bad: number, other = champion(36_000, 720)) =>
      judgeRequests(look([beside]), [counts(4000, bad), other]);
    expect(judge(85).sentence).toMatch(
      /^Check beside passed: 85 of 4,000 requests \(2\.13 %\) of spam-8 failed, against 720 of 36,000 requests \(2 %\) of the champion's; with 98\.75 % confidence it is at most 0\.\d+ percentage points more, and 1 percentage points more is allowed/,
    );
    expect(judge(110).verdict).toBe('inconclusive');
    expect(judge(200)).toMatchObject({ verdict: 'failed', requests: 4000 });
  });

  it('cannot say without requests of a champion, or without a champion', () => {
    expect(judgeRequests(look([beside]), [counts(4000, 0)]).sentence).toBe(
      'Check beside cannot say: 0 of 4,000 requests (0 %) of spam-8 failed, and the log has no request of spam-7 to compare with.',
    );
    expect(judgeRequests(look([beside], { champions: [] }), [counts(4000, 0)]).verdict).toBe('inconclusive');
    expect(judgeRequests(look([beside]), [counts(4000, 4000)]).verdict).toBe('inconclusive');
  });

  it('takes several champions together', () => {
    const two = look([beside], { champions: ['spam-7', 'spam-6'] });
    const other = counts(18_000, 360, { deployment: 'spam-6' });
    expect(judgeRequests(two, [counts(4000, 85), champion(18_000, 360), other]).sentence).toContain(
      "against 720 of 36,000 requests (2 %) of the champion's",
    );
  });
});

describe('several checks', () => {
  it('pass together only, and one that is violated fails all', () => {
    const judge = (bad: number, slow: number) =>
      judgeRequests(look([errors, fast]), [counts(4000, bad, { slow })]);
    expect(judge(10, 10).verdict).toBe('passed');
    expect(judge(10, 10).sentence).toMatch(/Check errors passed: .* Check fast passed: /);
    expect(judge(10, 190)).toMatchObject({
      verdict: 'inconclusive',
      sentence: expect.stringMatching(/^Check fast cannot say: [^.]*\.(?!.*Check errors)/),
    });
    expect(judge(38, 1000)).toMatchObject({
      verdict: 'failed',
      sentence: expect.stringMatching(/^Check fast failed/),
    });
  });

  it('share what may be spent on a rollback', () => {
    const seen = [counts(300, 10), champion(2700, 0)];
    const many = Array.from({ length: 20 }, (_, at) => ({ ...errors, check: `errors-${at}` }));
    expect(judgeRequests(look([errors], { backShare: 0.2 }), seen).verdict).toBe('failed');
    expect(judgeRequests(look(many, { backShare: 0.2 }), seen).verdict).toBe('inconclusive');
  });

  it('are told in a few sentences however many there are', () => {
    const many = Array.from({ length: 20 }, (_, at) => ({ ...errors, check: `errors-${at}` }));
    const { sentence } = judgeRequests(look(many), [counts(1000, 6)]);
    expect(sentence).toMatch(/And 17 more like that\.$/);
    expect(sentence.length).toBeLessThan(1000);
  });
});

describe('a version that is not heard of', () => {
  it('has stopped, where the champion goes on', () => {
    const stopped = counts(900, 0, { recent: nothing });
    expect(judgeRequests(look([errors]), [stopped, champion(8100, 10)])).toEqual({
      ...{ verdict: 'inconclusive', requests: 900 },
      checks: [
        expect.objectContaining({
          verdict: 'inconclusive',
          challenger: { requests: 900, bad: stopped.errors },
        }),
      ],
      sentence:
        'The log has no request of spam-8 in the last 15 minutes, and 2,025 of spam-7: it has stopped to answer, or is sent none any more.',
    });
    expect(judgeRequests(look([fast]), [stopped, { ...champion(8100, 10), recent: nothing }]).verdict).toBe(
      'passed',
    );
    expect(judgeRequests(look([fast]), [stopped]).verdict).toBe('passed');
  });

  it('is still rolled back for what it did before', () => {
    expect(
      judgeRequests(look([errors]), [counts(900, 400, { recent: nothing }), champion(8100, 10)]).verdict,
    ).toBe('failed');
  });
});

describe('whatever is counted', () => {
  const number = (max: number) => fc.integer({ min: 0, max });
  const side = fc
    .record({
      requests: number(5000),
      parts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 }),
    })
    .map(({ requests, parts: [a, b, c, d] }) => {
      const within = (part: number) => Math.floor(part ** 4 * requests);
      const [least, most] = [within(a!), within(b!)].sort((x, y) => x - y) as [number, number];
      return counts(requests, least, {
        most,
        slow: within(c!),
        recent: tally(within(d!), Math.min(within(d!), within(a!)), within(d!)),
      });
    });
  const shares = fc.constantFrom(0, 1 / 2, 1 / 4, lookShare(50), lookShare(2000));
  const checks = fc.subarray([errors, beside, fast], { minLength: 1 });
  const given = fc.record({
    ...{ challenger: side, other: side, checks, forwardShare: shares, backShare: shares },
    minimumRequests: fc.constantFrom(1, 100, 3000),
  });
  const run = ({
    challenger,
    other,
    ...more
  }: { challenger: RequestCounts; other: RequestCounts } & Pick<
    RequestLook,
    'checks' | 'forwardShare' | 'backShare' | 'minimumRequests'
  >) => judgeRequests(look(more.checks, more), [challenger, { ...other, deployment: 'spam-7' }]).verdict;

  it('more bad requests never lead forward, nor away from a rollback', () => {
    const order = { passed: 0, inconclusive: 1, failed: 2 };
    fc.assert(
      fc.property(given, number(300), number(300), (seen, more, unclear) => {
        const { requests, errors: before, slow } = seen.challenger;
        const grow = ({ least, most }: { least: number; most: number }) => ({
          least: Math.min(requests, least + more),
          most: Math.min(requests, Math.max(least, most) + more + unclear),
        });
        const worse = { ...seen.challenger, errors: grow(before!), slow: { 500: grow(slow[500]!) } };
        expect(order[run({ ...seen, challenger: worse })]).toBeGreaterThanOrEqual(order[run(seen)]);
      }),
      { numRuns: 300 },
    );
  });

  it('nothing passes that is missing, too little, not to be spent on, or refused by any of its checks', () => {
    fc.assert(
      fc.property(given, (seen) => {
        const { challenger, other } = seen;
        expect(run({ ...seen, challenger: { ...challenger, errors: null, slow: {} } })).not.toBe('passed');
        expect(run({ ...seen, forwardShare: 0 })).not.toBe('passed');
        expect(run({ ...seen, minimumRequests: challenger.requests + 1 })).not.toBe('passed');
        expect(run({ ...seen, challenger: counts(0, 0) })).toBe('inconclusive');
        expect(run({ ...seen, checks: [] })).toBe('inconclusive');
        const without = { ...other, requests: 0, errors: { least: 0, most: 0 } };
        if (seen.checks.includes(beside)) expect(run({ ...seen, other: without })).not.toBe('passed');
        expect(run({ ...seen, backShare: 0 })).not.toBe('failed');
        if (run(seen) === 'passed')
          for (const check of seen.checks) expect(run({ ...seen, checks: [check] })).toBe('passed');
      }),
      { numRuns: 150 },
    );
  });

  it('a look that may spend less says no more', () => {
    fc.assert(
      fc.property(given, (seen) => {
        const { forwardShare, backShare } = seen;
        const less = run({ ...seen, forwardShare: forwardShare / 3, backShare: backShare / 3 });
        if (less !== 'inconclusive') expect(run(seen)).toBe(less);
      }),
      { numRuns: 150 },
    );
  });
});

describe('what looks may spend', () => {
  it('is never more than all of it, however many looks there are, and tells its number', () => {
    let sum = 0;
    for (let at = 1; at <= 300; at++) {
      sum += lookShare(at);
      expect(sum).toBeCloseTo(1 - 1 / (at + 1), 12);
      expect(lookOfShare(lookShare(at))).toBe(at);
    }
  });
});

/** A small piece of `npm run bench:canary-looks`. */
describe('a version exactly at the limit, looked at again and again', () => {
  const cell: Omit<Cell, 'check' | 'name' | 'rate' | 'championRate'> = {
    championTimes: 9,
    looks: 60,
    requests: 3000,
  };
  it.each<[string, Cell, number]>([
    ['at most 5 %', { ...cell, name: 'share', check: atMost(0.05), rate: 0.05, championRate: 0.05 }, 600],
    ['at most 0.2 %', { ...cell, name: 'rare', check: atMost(0.002), rate: 0.002, championRate: 0.002 }, 600],
    [
      '1 % more',
      { ...cell, looks: 15, name: 'more', check: worseBy(0.01), rate: 0.03, championRate: 0.02 },
      200,
    ],
  ])('goes forward, and back, as seldom as promised: %s', (_name, at, worlds) => {
    const { shared, each } = judgeAtLimit(at, { seed: 'test', worlds });
    expect(shared.forward.low).toBeLessThanOrEqual(alpha);
    expect(shared.back.low).toBeLessThanOrEqual(alpha);
    expect(shared.back.share + shared.forward.share).toBeLessThan(each.back.share + each.forward.share);
  });

  it('would go back far too often if every look spent all of the error', () => {
    const at: Cell = { ...cell, name: 'share', check: atMost(0.05), rate: 0.05, championRate: 0.05 };
    expect(judgeAtLimit(at, { seed: 'test', worlds: 600 }).each.back.low).toBeGreaterThan(2 * alpha);
  });
});

describe('a version that is clearly broken', () => {
  it('is rolled back within few requests, long before a minimum of them', () => {
    const settings = { seed: 'test', worlds: 200 };
    const broken = { rate: 0.3, championRate: 0.005, championTimes: 9, requestsALook: 10, goodLooks: 0 };
    expect(findBroken({ ...broken, check: errors }, settings).requests.late).toBeLessThanOrEqual(60);
    expect(findBroken({ ...broken, check: beside }, settings).requests.late).toBeLessThanOrEqual(100);
    expect(findBroken({ ...broken, rate: 1, check: errors }, settings).looks.late).toBe(1);
  });

  it('is found as well where it breaks after many good requests', () => {
    const broken = { rate: 0.3, championRate: 0.001, championTimes: 9, requestsALook: 100, goodLooks: 200 };
    expect(
      findBroken({ ...broken, check: errors }, { seed: 'test', worlds: 50 }).looks.late,
    ).toBeLessThanOrEqual(5);
    const late = counts(10_000, 45, { recent: tally(300, 40) });
    expect(judgeRequests(look([errors]), [late])).toMatchObject({
      verdict: 'failed',
      sentence: expect.stringMatching(
        /^Check errors failed in the last 15 minutes: 40 of 300 requests \(13\.3 %\) of spam-8 failed; /,
      ),
    });
  });
});
