import { describe, expect, it } from 'vitest';
import type { SweepDefinition } from '../../../local/azure-ml/sweep-definition.ts';
import { isStopped } from '../../../local/azure-ml/sweep-termination.ts';

function stops(
  policy: Readonly<Record<string, unknown>>,
  own: readonly number[],
  others: readonly (readonly number[])[],
  goal = 'Maximize',
): boolean {
  const definition = { earlyTermination: policy, objective: { goal, primaryMetric: 'x' } };
  return isStopped(definition as unknown as SweepDefinition, own, [own, ...others]);
}

describe('a trial', () => {
  // The example of "Hyperparameter tuning a model (v2)": 0.8 / (1 + 0.2) = 0.66.
  it.each([
    [0.66, true],
    [0.67, false],
  ])('that has come to %s is stopped by a bandit beside 0.8 with a slack of 0.2: %s', (value, expected) => {
    expect(stops({ policyType: 'Bandit', slackFactor: 0.2 }, [value], [[0.8]])).toBe(expected);
  });

  it.each([
    [12.1, true],
    [11.9, false],
  ])('whose loss is %s is stopped by a bandit beside 10 with a slack of 0.2: %s', (value, expected) => {
    expect(stops({ policyType: 'Bandit', slackFactor: 0.2 }, [value], [[10]], 'Minimize')).toBe(expected);
  });

  it('is judged by its best value, and by an amount where that is given', () => {
    const policy = { policyType: 'Bandit', slackAmount: 1 };
    expect(stops(policy, [9.5, 2], [[10]])).toBe(false);
    expect(stops(policy, [8.9, 2], [[10]])).toBe(true);
  });

  it('is stopped by the median where its best is worse than the means of half', () => {
    const policy = { policyType: 'MedianStopping' };
    expect(
      stops(
        policy,
        [1, 1],
        [
          [4, 6],
          [2, 4],
        ],
      ),
    ).toBe(true);
    expect(
      stops(
        policy,
        [1, 3],
        [
          [4, 6],
          [2, 4],
        ],
      ),
    ).toBe(false);
    expect(
      stops(
        policy,
        [9, 9],
        [
          [4, 6],
          [2, 4],
        ],
        'Minimize',
      ),
    ).toBe(true);
  });

  it('is stopped by truncation among the worst', () => {
    const policy = { policyType: 'TruncationSelection', truncationPercentage: 50 };
    expect(stops(policy, [1], [[4], [2], [3]])).toBe(true);
    expect(stops(policy, [3], [[4], [2], [1]])).toBe(false);
    expect(stops(policy, [1], [], 'Maximize')).toBe(false);
  });

  it('is looked at on multiples of the interval from the delay on', () => {
    const policy = { policyType: 'Bandit', slackAmount: 1, evaluationInterval: 2, delayEvaluation: 4 };
    const stopped = [1, 2, 3, 4, 5, 6].filter((count) => stops(policy, Array(count).fill(0), [[10]]));
    expect(stopped).toEqual([4, 6]);
  });

  it('is never stopped without a policy', () => {
    expect(isStopped({ objective: { goal: 'Maximize' } } as SweepDefinition, [0], [[0], [9]])).toBe(false);
  });
});
