import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../shared/domain/gate-report.ts';
import { type Random, seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

/** Rows of a world in which the two sides are right with the given chances, independently of each other. */
function drawWorld(random: Random, rows: number, right: { challenger: number; champion: number }): Row[] {
  const score = (label: number, chance: number): number =>
    random.unit() < chance === (label === 1) ? 0.5 + random.unit() / 2 : random.unit() / 2;
  return Array.from({ length: rows }, () => {
    const label = random.unit() < 0.4 ? 1 : 0;
    return { label, challenger: score(label, right.challenger), champion: score(label, right.champion) };
  });
}

function countVerdicts(
  gate: object,
  right: { challenger: number; champion: number },
  worlds: number,
  rows = 300,
): Record<Verdict, number> {
  const counts = { passed: 0, inconclusive: 0, failed: 0, error: 0 };
  const judged = readGate({ gate: 'g', ...gate });
  const random = seedRandom(`worlds of ${JSON.stringify(gate)}`);
  for (let world = 0; world < worlds; world++) {
    const runId = `m-${world}`;
    counts[judgeRows([judged], drawWorld(random, rows, right), { runId }).verdict]++;
  }
  return counts;
}

/** Two and a half in a hundred, with three standard errors of counting so many worlds, and a little for the method. */
const tolerated = (worlds: number): number => worlds * 0.025 + 3 * Math.sqrt(worlds * 0.025) + worlds * 0.01;

describe('the share of wrong verdicts', () => {
  const gain = { kind: 'against-champion' };

  it.each<[string, object, { challenger: number; champion: number }, number]>([
    [
      'accuracy at the edge of its margin',
      { ...gain, metric: 'accuracy', margin: 0.03 },
      { challenger: 0.87, champion: 0.9 },
      300,
    ],
    [
      'recall, equal sides',
      { ...gain, metric: 'recall', rule: 'superiority' },
      { challenger: 0.9, champion: 0.9 },
      300,
    ],
    [
      'the ROC area, equal sides',
      { ...gain, metric: 'roc_auc', rule: 'superiority' },
      { challenger: 0.8, champion: 0.8 },
      300,
    ],
    [
      'F1, equal sides',
      { ...gain, metric: 'f1', rule: 'superiority' },
      { challenger: 0.85, champion: 0.85 },
      100,
    ],
    [
      'Brier, equal sides',
      { ...gain, metric: 'brier', rule: 'superiority' },
      { challenger: 0.85, champion: 0.85 },
      40,
    ],
    [
      'an accuracy on its bound',
      { kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 },
      { challenger: 0.9, champion: 0.9 },
      300,
    ],
  ])('stays near 1 in 40 for %s', (_what, gate, right, worlds) => {
    const { passed, failed, error } = countVerdicts(gate, right, worlds);
    expect(error).toBe(0);
    expect(passed).toBeLessThanOrEqual(tolerated(worlds));
    expect(failed).toBeLessThanOrEqual(tolerated(worlds));
  });

  it('does not keep a true gain from being found', () => {
    const better = { challenger: 0.95, champion: 0.85 };
    const { passed } = countVerdicts({ ...gain, metric: 'accuracy', rule: 'superiority' }, better, 200);
    expect(passed).toBeGreaterThan(180);
  });
});
