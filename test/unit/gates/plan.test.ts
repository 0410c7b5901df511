import { describe, expect, it } from 'vitest';
import type { BoundGate, GateConfig, MetricGate } from '../../../shared/config/gate-schema.ts';
import { evidenceOfRows } from '../../../shared/gates/evidence.ts';
import { judgeGate } from '../../../shared/gates/judge-gate.ts';
import { type PlanRequest, planGates } from '../../../shared/gates/plan/plan-gates.ts';
import { parsePredictions, readingOptionsOf } from '../../../shared/gates/predictions/read-predictions.ts';
import type { Predictions, Rows } from '../../../shared/gates/rows.ts';
import { normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { drawBinomial, type Random, seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { decisions, toCsv } from './tables.ts';

const floor = readGate({ gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 });
const notWorse = readGate({ gate: 'not-worse', kind: 'against-champion', metric: 'accuracy', margin: 0.03 });
const area = readGate({ gate: 'area', kind: 'bound', metric: 'roc_auc', atLeast: 0.8, confidence: 0.95 });

type Over = Partial<Omit<PlanRequest, 'given'>> & { readonly given?: Partial<PlanRequest['given']> };

function planOf(gate: GateConfig, { given, ...over }: Over = {}) {
  const plan = planGates({
    model: 'm',
    gates: [gate],
    rows: 500,
    look: 1,
    holdout: {},
    predictions: null,
    dependent: false,
    progress: () => {},
    ...over,
    given: {
      task: 'binary',
      positives: null,
      challenger: new Map(),
      gain: new Map(),
      disagreement: undefined,
      ...given,
    },
  });
  return plan.gates[0]!;
}

/** How often the gate passes in worlds, by the gates' own code. */
function simulate(gate: GateConfig, worlds: number, draw: (random: Random) => Rows): number {
  const random = seedRandom(`check of ${gate.gate}`);
  let passed = 0;
  for (let world = 0; world < worlds; world++) {
    const predictions: Predictions = { ...draw(random), slices: new Map(), idHashes: null, notes: [] };
    if (
      judgeGate(gate, { evidence: evidenceOfRows(predictions), hasChampion: true, look: null }).verdict ===
      'passed'
    )
      passed++;
  }
  return passed / worlds;
}

const plain = { weights: null, classes: null, champion: null };

/** Rows of class 1, of which so many are decided right by each side. */
function rowsOf(rows: number, ours: (row: number) => boolean, theirs: (row: number) => boolean): Rows {
  return {
    ...plain,
    labels: new Float64Array(rows).fill(1),
    challenger: Float64Array.from({ length: rows }, (_, row) => (ours(row) ? 0.9 : 0.1)),
    champion: Float64Array.from({ length: rows }, (_, row) => (theirs(row) ? 0.9 : 0.1)),
  };
}

describe('a plan of gates', () => {
  // 2000 worlds: 3.3 standard errors are 0.037 at most.
  it.each([200, 500])('knows how often a floor of accuracy passes with %i rows', (rows) => {
    const planned = planOf(floor, { rows, given: { challenger: new Map([['accuracy', 0.94]]) } });
    const simulated = simulate(floor, 2000, (random) => {
      const right = drawBinomial(random, rows, 0.94);
      return rowsOf(
        rows,
        (row) => row < right,
        () => true,
      );
    });
    expect(Math.abs(planned.power! - simulated)).toBeLessThan(0.037);
  });

  it.each([
    [300, 0],
    [1000, 0.01],
  ])('knows how often a non-inferiority in accuracy passes with %i rows and a gain of %d', (rows, gain) => {
    const given = { gain: new Map([['accuracy', gain]]), disagreement: 0.08 };
    const planned = planOf(notWorse, { rows, given });
    const simulated = simulate(notWorse, 2000, (random) => {
      const differing = drawBinomial(random, rows, 0.08);
      const ours = drawBinomial(random, differing, (0.08 + gain) / 0.16);
      return rowsOf(
        rows,
        (row) => row < ours || row >= differing,
        (row) => row >= ours,
      );
    });
    expect(Math.abs(planned.power! - simulated)).toBeLessThan(0.037);
  });

  // 200 worlds against 400: 3.3 standard errors are 0.143 at most.
  it.each([
    [400, 0.3, 0.87],
    [1000, 0.1, 0.88],
    [500, 0.27, 0.979],
  ])('knows how often a floor of roc_auc passes with %i rows, %d of class 1, at %d', (rows, share, truth) => {
    const planned = planOf(area, {
      rows,
      given: { positives: share, challenger: new Map([['roc_auc', truth]]) },
    });
    const distance = Math.SQRT2 * normalQuantile(truth);
    const positives = Math.round(rows * share);
    const simulated = simulate(area, 400, (random) => {
      const labels = Float64Array.from({ length: rows }, (_, row) => (row < positives ? 1 : 0));
      const challenger = labels.map((label) => {
        const score = normalQuantile(random.unit() || 0.5) + label * distance;
        return 1 / (1 + Math.exp(-score));
      });
      return { ...plain, labels, challenger };
    });
    expect(Math.abs(planned.power! - simulated)).toBeLessThan(0.1);
  });

  it('names rows with which the gate passes 8 times in 10, and a distance', () => {
    const given = { challenger: new Map([['accuracy', 0.94]]) };
    const { rowsNeeded, minimumDetectable } = planOf(floor, { rows: 300, given });
    expect(planOf(floor, { rows: rowsNeeded!, given }).power).toBeGreaterThanOrEqual(0.8);
    expect(planOf(floor, { rows: Math.floor(rowsNeeded! * 0.9), given }).power).toBeLessThan(0.8);
    const found = { challenger: new Map([['accuracy', 0.9 + minimumDetectable!]]) };
    expect(planOf(floor, { rows: 300, given: found }).power).toBeCloseTo(0.8, 2);
  });

  it('asks more at a later look, and counts the looks that still pass 8 times in 10', () => {
    const given = { challenger: new Map([['accuracy', 0.94]]) };
    const first = planOf(floor, { rows: 700, given });
    const third = planOf(floor, { rows: 700, look: 3, given });
    expect([first.confidenceAsked, third.confidenceAsked]).toEqual([0.95, expect.closeTo(1 - 0.1 / 12, 9)]);
    expect(third.power).toBeLessThan(first.power!);
    expect(planOf(floor, { rows: 700, look: first.looks!, given }).power).toBeGreaterThanOrEqual(0.8);
    expect(planOf(floor, { rows: 700, look: first.looks! + 1, given }).power).toBeLessThan(0.8);
    expect(planOf(floor, { look: 3, holdout: { looks: 2 }, given })).toMatchObject({
      power: 0,
      sentence: 'no error is left at this look: nothing passes',
    });
  });

  it('gives no number where nothing is known, and says what to give', () => {
    const loss = readGate({ gate: 'loss', kind: 'bound', metric: 'log_loss', atMost: 0.3, confidence: 0.95 });
    expect(planOf(loss)).toMatchObject({ power: null, rowsNeeded: null });
    expect(planOf(loss).sentence).toContain('give --predictions');
    expect(planOf(area).sentence).toContain('give --positives SHARE');
    const gap = readGate({ gate: 'gap', kind: 'gap', metric: 'recall', slices: { by: 'city' }, atMost: 0.1 });
    expect(planOf(gap).sentence).toContain('give --predictions');
  });

  it('passes nothing with fewer rows of a class than the gate needs', () => {
    const recall = readGate({
      gate: 'recall',
      kind: 'bound',
      metric: 'recall',
      atLeast: 0.5,
      confidence: 0.95,
      minimumRows: 10,
    });
    const planned = planOf(recall, { given: { positives: 0.01, challenger: new Map([['recall', 0.99]]) } });
    expect(planned.power).toBe(0);
    expect(planned.guards).toContainEqual(
      expect.objectContaining({ guard: 'minimumPerClass', needed: 10, expected: 5, holds: false }),
    );
    expect(planned.rowsNeeded).toBeGreaterThanOrEqual(950);
  });

  it('draws holdouts from a file where one is given, the same every time, slices and all', () => {
    const gate = readGate({ ...(floor as MetricGate), slices: { by: 'city', minimumRows: 40 } }) as BoundGate;
    const rows = decisions(400, { challenger: 16, champion: 16 }).map((row, at) => ({
      ...row,
      city: at % 10 === 0 ? 'small' : 'large',
    }));
    const options = readingOptionsOf({ task: 'binary', gates: [gate] });
    const predictions = parsePredictions(toCsv(rows), options) as Predictions;
    const [one, two] = [1, 2].map(() => planOf(gate, { rows: 300, predictions }));
    expect(one).toEqual(two);
    expect(one!.supposed).toMatchObject({ value: 0.96, limit: 0.9 });
    expect(one!.guards).toContainEqual(
      expect.objectContaining({ guard: 'slices', needed: 40, expected: 30, holds: false }),
    );
    expect(one!.power).toBeLessThan(0.1);
    const whole = planOf(floor, { rows: 300, predictions });
    const exact = planOf(floor, { rows: 300, given: { challenger: new Map([['accuracy', 0.96]]) } });
    expect(exact.power).toBeGreaterThan(whole.powerRange!.low - 0.02);
    expect(exact.power).toBeLessThan(whole.powerRange!.high + 0.02);
  });

  it('says of data gates what so many rows give', () => {
    const enough = readGate({ gate: 'rows', kind: 'data', rows: { atLeast: 600 } });
    expect(planOf(enough)).toMatchObject({ power: 0, rowsNeeded: 600 });
    const balance = readGate({
      gate: 'b',
      kind: 'data',
      labelBalance: { class: 1, atLeast: 0.2 },
      confidence: 0.95,
    });
    expect(planOf(balance, { given: { positives: 0.3 } }).power).toBeGreaterThan(0.99);
    expect(planOf(balance).sentence).toContain('--positives');
  });
});
