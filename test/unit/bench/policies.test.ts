import { describe, expect, it } from 'vitest';
import { writeFigures } from '../../../bench/measure/write-figures.ts';
import { compareRules } from '../../../bench/policies/compare-rules.ts';
import { listContenders } from '../../../bench/policies/contenders.ts';
import { caraRule, cusum, thresholdRule } from '../../../bench/policies/detectors.ts';
import { type Learner, learners, logistic, naiveBayes } from '../../../bench/policies/learners.ts';
import { LossMatrix, type Stream } from '../../../bench/policies/loss-matrix.ts';
import { leastCost } from '../../../bench/policies/oracle.ts';
import { playRule } from '../../../bench/policies/play-rule.ts';
import { oracle, playStream, priceGroups } from '../../../bench/policies/play-stream.ts';
import { referenceOf, ruleOf, trainedAt, type World } from '../../../bench/policies/rule.ts';
import { generatedNames, generateStream, readStream } from '../../../bench/policies/streams.ts';
import { tellFigures } from '../../../bench/policies/tell-figures.ts';
import { PolicySchema } from '../../../shared/config/policy-schema.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';

/** Every tenth row: as the stream, and soon learnt. */
function thin({ name, width, rowsPerWindow, features, labels }: Stream): Stream {
  const rows = Array.from({ length: labels.length / 10 }, (_, at) => 10 * at);
  return {
    ...{ name, width, rowsPerWindow: rowsPerWindow / 10 },
    features: Float64Array.from(rows.flatMap((row) => [...features.slice(row * width, (row + 1) * width)])),
    labels: Uint8Array.from(rows.map((row) => labels[row]!)),
  };
}

const thinned = (name: string): Stream => thin(generateStream(name, 'test'));
const worldOf = (stream: Stream, isGated = true, learner: Learner = naiveBayes): World => {
  const [offset, delay] = [10, 2];
  const matrix = new LossMatrix(stream, learner, 5);
  return { matrix, offset, delay, isGated, reference: referenceOf(matrix, offset, delay) };
};
const free = PolicySchema.parse({ cooldown: 'PT0S' });

describe('the learners of the benchmark of policies', () => {
  it('logistic regression solves its equations: what is left of the labels is weighed up by the ridge', () => {
    const rows = { width: 1, features: Float64Array.from([-1, -1, 1, 1]), labels: Uint8Array.of(0, 1, 0, 1) };
    expect(logistic(rows, 0, 4)(0)).toBeCloseTo(0, 6);
    const tilted = { ...rows, labels: Uint8Array.of(0, 0, 1, 1) };
    const weight = logistic(tilted, 0, 4)(2);
    expect(4 * (1 - 1 / (1 + Math.exp(-weight)))).toBeCloseTo(weight, 4);
  });

  it('naive Bayes has the middle between two classes of the same spread at their middle', () => {
    const rows = {
      width: 1,
      features: Float64Array.from([0, 2, 10, 12, 6]),
      labels: Uint8Array.of(0, 0, 1, 1, 0),
    };
    const score = naiveBayes(rows, 0, 4);
    expect(score(4)).toBeCloseTo(0, 6);
    expect([score(0), score(3)].map(Math.sign)).toEqual([-1, 1]);
  });

  it.each(Object.entries(learners))('%s learns a plane', (_, learner) => {
    const stream = generateStream('hyperplane none', 'test');
    const score = learner(stream, 0, 4000);
    const wrong = Array.from({ length: 2000 }, (_, at) => 4000 + at).filter(
      (row) => score(row) > 0 !== (stream.labels[row] === 1),
    );
    expect(wrong.length / 2000).toBeLessThan(0.12);
  });
});

describe('the streams', () => {
  it('are at least sixteen, of 175 windows, the same for the same seed', () => {
    expect(generatedNames.length).toBeGreaterThanOrEqual(16);
    const one = generateStream('circles abrupt', 'test');
    expect(one.labels.length).toBe(175 * one.rowsPerWindow);
    expect(generateStream('circles abrupt', 'test')).toEqual(one);
    expect(generateStream('circles abrupt', 'other')).not.toEqual(one);
  });

  it('are read from files, and what is no number is named by its line', () => {
    const lines = Array.from({ length: 175 * 20 + 3 }, (_, at) => `${at},0.5,${at % 2}`);
    const read = readStream('file', ['a,b,class', ...lines].join('\n'));
    expect(read).toMatchObject({ width: 2, rowsPerWindow: 20 });
    expect(read.labels.length).toBe(3500);
    expect(() => readStream('file', ['a,b,class', '1,2,0', '1,x,0'].join('\n'))).toThrow(
      'stream file, line 3: expected 3 numbers, got 1,x,0',
    );
  });
});

describe('what watches', () => {
  it('CUSUM, by hand: a reference of 0.2 in 100 rows has a standard error of 0.04', () => {
    const detector = cusum(0.2, 2);
    // 0.24 is 1 above: 0.5 stays. 0.28 is 2 above: 0.5 + 1.5 = 2, which is not more than 2. 0.24 again: 2.5.
    expect([24, 28, 24].map((wrong) => detector({ right: 100 - wrong, rows: 100 }))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('a threshold and staleness, by hand; what another version did counts for nothing', () => {
    const world = { reference: 0.1 } as World;
    const labelled = (version: number, wrong: number) => ({ at: '', window: 0, version, wrong, rows: 100 });
    const [threshold, stale, sum] = [
      thresholdRule(world, 0.05),
      caraRule(world, 0.05, false),
      caraRule(world, 0.1, true),
    ];
    const seen = (version: number, wrong: number): boolean[] =>
      [threshold, stale, sum].map((rule) => {
        rule.see(labelled(version, wrong));
        return rule.asks(0, '');
      });
    for (const rule of [threshold, stale, sum]) rule.crowned(1, '');
    expect(seen(1, 16)).toEqual([true, true, false]);
    expect(seen(2, 90)).toEqual([true, true, false]);
    expect(seen(1, 15)).toEqual([false, false, true]);
    for (const rule of [threshold, stale, sum]) rule.crowned(2, '');
    expect(seen(2, 30)).toEqual([true, false, false]);
    expect(seen(2, 36)).toEqual([true, true, false]);
  });
});

describe('a play', () => {
  const world = worldOf(thinned('gauss abrupt'), false);

  it('serves a version from the second window after the end of the one in which it was asked for', () => {
    const asked = 50;
    const { loss, runs } = playRule(
      world,
      ruleOf('schedule', (window) => window === asked),
      free,
      'test',
    );
    const { matrix, offset } = world;
    const expected = Array.from({ length: 84 }, (_, at) => 36 + at).reduce((sum, window) => {
      const version = trainedAt(world, window < asked + 2 ? 35 : asked);
      return sum + matrix.errorOf(version, offset + window);
    }, 0);
    expect(runs).toEqual([asked]);
    expect(loss).toBeCloseTo(expected, 9);
  });

  it('is under the budget of its policy, by admission', () => {
    const budget = PolicySchema.parse({ cooldown: 'PT0S', budget: { window: 'P30D', computeHours: 3 } });
    const always = () => ruleOf('schedule', () => true);
    const { runs } = playRule(world, always(), budget, 'test');
    expect(runs.length).toBe(9);
    const within = runs.map((run) => runs.filter((other) => other > run - 30 && other <= run).length);
    expect(Math.max(...within)).toBe(3);
    expect(playRule(world, always(), free, 'test').runs.length).toBe(83);
  });

  it('releases nothing that its gate finds surely worse, and pays for it', () => {
    const gated = { ...world, isGated: true };
    const always = () => ruleOf('schedule', () => true);
    expect(playRule(gated, always(), free, 'test').runs.length).toBe(83);
    expect(playRule(gated, always(), free, 'test').loss).not.toBe(
      playRule(world, always(), free, 'test').loss,
    );
  });

  it('never reads the future: with other rows from a window on, every rule has started the same runs by then', () => {
    const stream = thinned('stagger recurring');
    const [cut, random] = [90, seedRandom('shuffled')];
    const labels = stream.labels.slice();
    for (let row = (10 + cut) * stream.rowsPerWindow; row < labels.length; row++)
      labels[row] = random.index(2);
    const [known, other] = [worldOf(stream), worldOf({ ...stream, labels })];
    let started = 0;
    for (const price of [null, 0.3]) {
      const rules = (of: World) => listContenders({ world: of, price, seed: 'test' });
      for (const [at, { name, settings }] of rules(known).entries()) {
        for (const setting of [0, settings.length - 1]) {
          const runsOf = (of: World) => {
            const { open, policy } = rules(of)[at]!.settings[setting]!;
            return playRule(of, open()[0]!, policy, 'test').runs;
          };
          const upToCut = (runs: readonly number[]) => runs.filter((run) => run < cut);
          const runs = upToCut(runsOf(known));
          started += runs.length;
          expect(upToCut(runsOf(other)), name).toEqual(runs);
        }
      }
    }
    expect(started).toBeGreaterThan(20);
  });
});

describe('the oracle', () => {
  it('costs as little as the best of all schedules, tried one by one', () => {
    const random = seedRandom('oracle');
    const errors = Array.from({ length: 40 * 40 }, () => random.unit());
    const world = {
      ...{ offset: 5, delay: 1 },
      matrix: { errorOf: (version: number, window: number) => errors[40 * version + window]! },
    };
    const [begin, end, price] = [4, 12, 0.2];
    const costOf = (changes: readonly number[]): number => {
      let cost = price * changes.length;
      for (let window = begin; window < end; window++) {
        const change = changes.findLast((each) => each <= window);
        const version = trainedAt(world, change === undefined ? begin - 1 : change - 2);
        cost += errors[40 * version + 5 + window]!;
      }
      return cost;
    };
    const places = [6, 7, 8, 9, 10, 11];
    const all = Array.from({ length: 2 ** places.length }, (_, bits) =>
      places.filter((_, at) => bits & (1 << at)),
    );
    for (const most of [0, 1, 2, 6]) {
      const best = Math.min(...all.filter(({ length }) => length <= most).map(costOf));
      expect(leastCost(world, most, price, [begin, end])).toBeCloseTo(best, 12);
    }
    const unlimited = Math.min(...all.map(costOf));
    expect(leastCost(world, Number.POSITIVE_INFINITY, price, [begin, end])).toBeCloseTo(unlimited, 12);
  });
});

describe('the benchmark of policies', () => {
  const extent = { seed: 'test', offsets: 1, delays: [2] };
  const results = ['sea abrupt', 'gauss none'].map((stream) => ({
    stream,
    results: playStream({ ...thinned(stream), name: stream }, extent),
  }));

  it('has no rule that costs less than the oracle, and the same seed has the same figures', () => {
    for (const { results: of } of results) {
      for (const view of ['budget', 'price'] as const) {
        const costs = Object.values(of['all']![view]).map(({ cost }) => cost);
        expect(Math.min(...costs)).toBe(of['all']![view][oracle]!.cost);
      }
    }
    const again = playStream({ ...thinned('gauss none'), name: 'gauss none' }, extent);
    expect(again).toEqual(results[1]!.results);
  });

  it('ranks the rules and sets advice against each', () => {
    const { standings } = compareRules(results, 'budget', 'all');
    const ranks = standings.reduce((sum, { averageRank }) => sum + averageRank, 0);
    expect(ranks).toBeCloseTo((standings.length * (standings.length + 1)) / 2, 9);
    expect(standings.filter(({ against }) => against === null).map(({ rule }) => rule)).toEqual(['advice']);
  });

  it('has figures of each price by itself, whose mean is that of the view', () => {
    for (const { results: of } of results) {
      for (const [rule, { cost, runs }] of Object.entries(of['all']!.price)) {
        const each = priceGroups.map((group) => of[group]!.price[rule]!);
        expect(each.reduce((sum, at) => sum + at.cost, 0) / 4, rule).toBeCloseTo(cost, 9);
        expect(each.reduce((sum, at) => sum + at.runs, 0) / 4, rule).toBeCloseTo(runs, 9);
      }
      const always = priceGroups.map((group) => of[group]!.price['always']!.cost);
      expect([0, 1, 2, 3].map((at) => always[at]! - always[0]!)).toEqual(
        [0, 0.2, 0.9, 2.9].map((more) => expect.closeTo(83 * more, 6)),
      );
    }
    const atPrices = priceGroups.map((group) => compareRules(results, 'price', group));
    const told = tellFigures({
      settings: { seed: 'test', offsets: 1 },
      ...{ streams: results, comparisons: [], atPrices, seconds: 1 },
    });
    const [, tables] = told.split('### Each price by itself');
    const rows = tables!
      .split('### Each stream')[0]!
      .split('\n')
      .filter((line) => line.startsWith('| '));
    const [head, ...ranked] = rows.map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    expect(head!.slice(0, 5)).toEqual([
      'rule',
      'price 0.1: average rank',
      'price 0.1: cost',
      'price 0.1: runs',
      'price 0.3: average rank',
    ]);
    expect(ranked.length).toBe(14 + 1 + 14);
    const { cost } = atPrices[2]!.standings.find(({ rule }) => rule === 'never')!;
    expect(ranked.find(([rule]) => rule === 'never')![8]).toBe(cost.toFixed(2));
    const [, compared] = ranked.filter(([rule]) => rule === '**advice**');
    expect(compared!.slice(1)).toEqual(Array.from({ length: 12 }, () => ''));
  });

  it('writes its figures between the marks of its page, and nowhere else', () => {
    const page = 'before\n<!-- figures of bench:policies -->\nold\n<!-- end of the figures -->\nafter\n';
    expect(writeFigures(page, 'policies', 'new')).toBe(page.replace('old', '\nnew\n'));
    expect(() => writeFigures('no marks', 'policies', 'new')).toThrow('expected the lines');
  });
});
