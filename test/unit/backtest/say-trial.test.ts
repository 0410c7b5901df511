import { describe, expect, it } from 'vitest';
import { sayTrial } from '../../../shared/backtest/say-trial.ts';

type Told = Parameters<typeof sayTrial>[0];

const usual: Told['runs'] = {
  ...{ started: 9, released: 9, ended: 9, recorded: 9 },
  ...{ hours: 17.52, hoursUnknown: 0, money: 52.56 },
};
const fewer: Told['runs'] = { ...usual, started: 7, hours: 13.7, money: 41.1 };
const losses: Told['losses'] = {
  measure: { metric: 'accuracy', side: 'below', reference: 0.9 },
  ...{ windows: 4, days: 28, unknownWindows: 0, unknownDays: 0, known: 0, most: 0, unnamed: 0 },
};
const otherwise = { decisions: [{} as never] };

/** With these days to react to as many episodes; null: one is missed. */
function told(runs: Told['runs'], days: readonly (number | null)[], measured = losses): Told {
  const all = days.map((daysToReact, place) => ({
    ...{
      name: `W${place + 1}`,
      from: `2026-09-0${place + 1}T06:00:00.000Z`,
      until: '2026-09-30T00:00:00.000Z',
    },
    ...{ runId: daysToReact === null ? null : `tiny-${place}`, daysToReact },
  }));
  const missed = days.filter((each) => each === null).length;
  const episodes = { found: days.length - missed, missed, meanDaysToReact: null, all };
  return { runs, episodes, losses: measured };
}
const reaction = (first: readonly (number | null)[], second: readonly (number | null)[]): string =>
  sayTrial(told(usual, first), told(fewer, second), otherwise).split('; ')[1]!;

describe('the sentence about a policy that is tried', () => {
  it('says runs, money and hours of both, and how much sooner it reacts', () => {
    expect(sayTrial(told(usual, [8]), told(fewer, [2]), otherwise)).toBe(
      'This policy would have started 7 runs for 41.1 of money and 13.7 h of jobs, the one in force 9 runs for 52.6 of money and 17.5 h of jobs; it would have reacted to episode W1 of 2026-09-01 6 days earlier.',
    );
  });

  it('says no money without a price, "at least" where hours are unknown, and no run', () => {
    const unpriced = { ...usual, money: null, hoursUnknown: 2 };
    const none = { ...usual, started: 0, hours: 0, money: 0 };
    expect(sayTrial(told(unpriced, [1]), told(none, [1]), otherwise)).toMatch(
      /^This policy would have started no run, the one in force 9 runs for at least 17\.5 h of jobs; /,
    );
    expect(sayTrial(told(unpriced, []), told({ ...unpriced, started: 1 }, []), otherwise)).toMatch(
      /^This policy would have started 1 run for at least /,
    );
    const priced = { ...usual, hoursUnknown: 2 };
    expect(sayTrial(told(priced, []), told(priced, []), otherwise)).toContain(
      'for at least 52.6 of money and at least 17.5 h of jobs',
    );
  });

  it('names the episode that changes most: one that is met or missed before any other', () => {
    expect(reaction([3], [4])).toBe('it would have reacted to episode W1 of 2026-09-01 1 day later.');
    expect(reaction([0.5], [0.25])).toBe('it would have reacted to episode W1 of 2026-09-01 6 h earlier.');
    expect(reaction([9, null], [1, 2])).toBe(
      'it would have reacted to episode W2 of 2026-09-02 after 2 days, which the one in force misses, to 1 more sooner.',
    );
    expect(reaction([9, 0, 3, 5], [1, null, 2, 6])).toBe(
      'it would have missed episode W2 of 2026-09-02, to which the one in force reacts at once, to 2 more sooner, to 1 more later or not at all.',
    );
  });

  it('says that no reaction differs, that there was nothing to react to, or that nobody can know', () => {
    expect(reaction([3, null], [3, null])).toBe('both react to 1 of 2 episodes equally soon.');
    expect(reaction([3], [3])).toBe('both react to 1 episode equally soon.');
    expect(reaction([null, null], [null, null])).toBe('both miss 2 episodes.');
    expect(reaction([], [])).toBe('there was no episode to react to.');
    expect(sayTrial(told(usual, [], null as never), told(fewer, [], null as never), otherwise)).toContain(
      '; whether it reacts to anything is not known, for no rule of metrics says when the model is bad.',
    );
  });

  it('says that nothing differs where every decision is the same', () => {
    expect(sayTrial(told(usual, [3]), told(usual, [3]), { decisions: [] })).toBe(
      'This policy would have started 9 runs for 52.6 of money and 17.5 h of jobs: it decides every signal as the one in force does.',
    );
  });
});
