import { describe, expect, it } from 'vitest';
import { naiveBayes } from '../../../bench/policies/learners.ts';
import { LossMatrix } from '../../../bench/policies/loss-matrix.ts';
import { referenceOf, type World } from '../../../bench/policies/rule.ts';
import { generateStream } from '../../../bench/policies/streams.ts';
import { playWay } from '../../../bench/rows-after-change/play-way.ts';
import { atOnce, ways } from '../../../bench/rows-after-change/ways.ts';

describe('the benchmark of rows after a change', () => {
  const matrix = new LossMatrix(generateStream('stagger abrupt', 'test'), naiveBayes, 5);
  const [offset, delay] = [12, 0];
  const reference = referenceOf(matrix, offset, delay);
  const world: World = { matrix, offset, delay, isGated: true, reference };
  const play = (name: string) => playWay(world, ways.find((way) => way.name === name)!);

  it('plays every way the same each time, and promotes no more than it runs', () => {
    for (const { name } of ways) {
      const { loss, runs, promoted } = play(name);
      expect(play(name)).toEqual({ loss, runs, promoted });
      // One that began before the windows that count may end in them.
      expect(promoted).toBeLessThanOrEqual(runs + 1);
    }
  });

  it('has a window of rows wait for nothing, and two for the next day', () => {
    expect(play('200 rows')).toEqual(play(atOnce));
    expect(play('600 rows')).toEqual(play('3 days'));
    expect(play('400 rows')).not.toEqual(play(atOnce));
  });

  it('never starts a run for more rows than come', () => {
    expect(playWay(world, { name: 'more', rowsOf: () => 500_000 })).toMatchObject({ runs: 0, promoted: 0 });
  });
});
