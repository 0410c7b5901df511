import { describe, expect, it } from 'vitest';
import { decisionRuleOf } from '../../../shared/gates/metrics/decision-rule.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

/** Right from 0.3 on for the challenger, from 0.6 on for the champion, and not from 0.5 on. */
const rows: Row[] = Array.from({ length: 200 }, (_, at) => ({
  label: at % 2,
  challenger: at % 2 === 1 ? (at % 4 === 1 ? 0.35 : 0.9) : 0.1,
  champion: at % 2 === 1 ? 0.9 : at % 4 === 0 ? 0.55 : 0.1,
  region: at % 3 === 0 ? 'a' : 'b',
}));
const rule = decisionRuleOf({ evaluation: { threshold: { from: 'training' } } });
const gate = (over: object) => readGate({ gate: 'g', confidence: 0.95, ...over });
const floor = gate({ kind: 'bound', metric: 'accuracy', atLeast: 0.9 });
const judge = (thresholds: { trained?: unknown; evaluated?: unknown } | null, gates = [floor], of = rows) =>
  judgeRows(gates, of, {
    rule,
    thresholds: thresholds && { trained: null, evaluated: null, ...thresholds },
  });

describe('a threshold that training chose', () => {
  it('decides, and sentence and rule say which and whence', () => {
    const report = judge({ trained: { threshold: 0.3 }, evaluated: { champion: 0.6 } });
    expect(report).toMatchObject({ verdict: 'passed', notes: [] });
    expect(report.gates[0]).toMatchObject({
      challenger: 1,
      champion: 1,
      rule: "accuracy at thresholds from training, 0.3 and the champion's 0.6, at least 0.9, with 95 % confidence",
    });
    expect(judge({ evaluated: { challenger: 0.5, champion: 0.5 } }).gates[0]).toMatchObject({
      verdict: 'failed',
      challenger: 0.75,
      sentence: expect.stringMatching(/^accuracy at threshold 0\.5 from training 0\.7500 /),
    });
  });

  it("is each side's own in comparisons, gaps and slices", () => {
    const given = { trained: { threshold: 0.3 }, evaluated: { challenger: 0.3, champion: 0.6 } };
    const compare = gate({
      kind: 'against-champion',
      metric: 'recall',
      margin: 0.2,
      slices: { by: 'region', minimumRows: 10 },
    });
    const [found] = judge(given, [compare]).gates;
    expect(found).toMatchObject({ verdict: 'passed', challenger: 1, champion: 1 });
    expect(found!.slices!.results.map(({ challenger }) => challenger)).toEqual([1, 1]);
    const gap = gate({
      kind: 'gap',
      metric: 'recall',
      atMost: 0.5,
      slices: { by: 'region', minimumRows: 10 },
    });
    expect(judge(given, [gap]).gates[0]!.sentence).toContain('from training');
    expect(judge(given, [gap]).gates[0]!.estimate).toBe(0);
  });

  it('is noted where this run did not train the challenger, for nothing shows when it was chosen', () => {
    const report = judge({ evaluated: { challenger: 0.3, champion: 0.6 } });
    expect(report.verdict).toBe('passed');
    expect(report.notes.join()).toContain('this run did not train it');
  });

  it('needs none of a champion that has no scores', () => {
    const alone = rows.map(({ champion: _, ...row }) => row);
    expect(judge({ trained: { threshold: 0.3 } }, [floor], alone).gates[0]).toMatchObject({
      verdict: 'passed',
      sentence: expect.stringMatching(/^accuracy at threshold 0\.3 from training 1 /),
    });
  });

  it.each<[string, { trained?: unknown; evaluated?: unknown } | null, string]>([
    ['there is none', null, 'no file says which: have the training job write threshold.json'],
    ['its file has none', { trained: {} }, 'threshold must be a number above 0 and at most 1; found none'],
    ['it is no number', { trained: { threshold: '0.3' } }, 'found "0.3"'],
    ['it is 0', { trained: { threshold: 0 } }, 'above 0 and at most 1; found 0'],
    [
      'it is above 1',
      { evaluated: { challenger: 37, champion: 0.6 } },
      'challenger must be a number above 0 and at most 1; found 37',
    ],
    [
      'it is none that JSON has',
      { evaluated: '{"challenger": NaN}' },
      'thresholds.json must be a JSON object with challenger and champion',
    ],
    ['it is a list', { trained: [0.3] }, 'threshold.json of the trained model must be a JSON object'],
    [
      "the champion's is missing",
      { trained: { threshold: 0.3 } },
      'thresholds.json has no threshold of the champion',
    ],
    [
      "the champion's is none",
      { trained: { threshold: 0.3 }, evaluated: { champion: -1 } },
      'champion must be a number',
    ],
    [
      'the evaluation gives another',
      { trained: { threshold: 0.3 }, evaluated: { challenger: 0.35, champion: 0.6 } },
      'thresholds.json says 0.35 for the challenger, and training wrote 0.3: a threshold that is changed after training may be chosen by the rows that are judged',
    ],
  ])('is an error of the evidence where %s', (_, files, words) => {
    const report = judge(files);
    expect(report.verdict).toBe('error');
    expect(report.gates[0]).toMatchObject({ verdict: 'error', estimate: null });
    expect(report.sentence).toContain(words);
  });

  it('is not asked for where the model file gives a number', () => {
    expect(decisionRuleOf({ evaluation: { threshold: 0.3 } })).toMatchObject({ threshold: 0.3 });
    expect(judgeRows([floor], rows, { rule: { threshold: 0.3 } }).verdict).toBe('passed');
  });
});
