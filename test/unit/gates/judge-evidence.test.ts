import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JudgeRequest } from '../../../shared/gates/evidence.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { readGate } from './read-gate.ts';

const floor = readGate({ gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.75, minimumRows: 4 });
const better = readGate({
  gate: 'better',
  kind: 'against-champion',
  metric: 'accuracy',
  margin: 0.55,
  minimumRows: 4,
});

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  ['id,label,challenger,champion', ...rows.map((row) => row.join(','))].join('\n');

const goodRows = [
  ['a', 1, 0.9, 0.8],
  ['b', 0, 0.1, 0.9],
  ['c', 1, 0.7, 0.6],
  ['d', 0, 0.2, 0.3],
] as const;

function judge(over: Partial<JudgeRequest>) {
  return judgeEvidence({
    runId: 'r',
    task: 'binary',
    gates: [floor, better],
    hasChampion: true,
    predictions: csv(goodRows),
    metrics: null,
    trackedMetrics: {},
    look: null,
    ...over,
  });
}

describe('judgeEvidence', () => {
  it('passes a challenger that meets every gate and shows the arithmetic', () => {
    const report = judge({});
    expect(report.verdict).toBe('passed');
    expect(report.rows).toBe(4);
    expect(report.gates.map((gate) => gate.sentence)).toEqual([
      'accuracy 1 >= 0.7500 (n=4)',
      "accuracy 1 against champion's 0.7500: gain 0.2500 > -0.5500 with 95 % confidence: interval -0.3624 to 0.6994 (n=4)",
    ]);
  });

  it('computes accuracy from the predictions whatever the job claims', () => {
    const rows = goodRows.map(([id, label, , champion]) => [id, label, 1 - label, champion]);
    const claimed = { challenger: { accuracy: 1 }, champion: { accuracy: 0 } };
    const report = judge({
      predictions: csv(rows),
      metrics: claimed,
      trackedMetrics: { 'challenger/accuracy': 1 },
    });
    expect(report.gates[0]).toMatchObject({ verdict: 'failed', challenger: 0 });
  });

  it('passes the comparison by rule while there is no champion, but not for want of the column', () => {
    const alone = ['id,label,challenger', 'a,1,0.9', 'b,0,0.1', 'c,1,0.7', 'd,0,0.2'].join('\n');
    expect(judge({ predictions: alone, hasChampion: false }).verdict).toBe('passed');
    expect(judge({ predictions: alone, hasChampion: true })).toMatchObject({
      verdict: 'error',
      sentence: 'Gate better: accuracy of the champion is missing or undefined.',
    });
  });

  it('calls too few rows inconclusive', () => {
    expect(judge({ predictions: csv(goodRows.slice(0, 3)) }).verdict).toBe('inconclusive');
  });

  it.each([
    ['nothing at all', { predictions: null }, 'the evaluation left neither predictions nor metrics'],
    ['an empty file', { predictions: '' }, 'it is empty: not even a header line'],
    ['a NaN score', { predictions: csv([...goodRows, ['e', 1, 'NaN', 0.1]]) }, 'row 5: challenger is "NaN"'],
    [
      'a score above 1',
      { predictions: csv([...goodRows, ['e', 1, 1.5, 0.1]]) },
      'row 5: challenger is "1.5"',
    ],
    ['a missing label', { predictions: csv([...goodRows, ['e', '', 0.5, 0.1]]) }, 'row 5: label is ""'],
    [
      'a repeated id',
      { predictions: csv([...goodRows, ['a', 1, 0.5, 0.1]]) },
      'its id "a" stands in an earlier row',
    ],
    ['a short row', { predictions: `${csv(goodRows)}\nx,1` }, 'row 5: it has 2 fields, the header has 4'],
    ['a stray quote', { predictions: `${csv(goodRows)}\n"x,1,0.5,0.5` }, 'row 5'],
    ['broken metrics.json', { metrics: '{' }, 'metrics.json is not a JSON object'],
  ])('calls %s an error and says why', (_name, over, why) => {
    const report = judge(over as Partial<JudgeRequest>);
    expect(report.verdict).toBe('error');
    expect(report.sentence).toContain(why);
  });

  it('reads metrics that stand beside a key named broken', () => {
    const size = readGate({ gate: 'size', kind: 'bound', metric: 'size_bytes', atMost: 100 });
    const metrics = { broken: true, challenger: { size_bytes: 10 } };
    expect(judge({ predictions: null, metrics, gates: [size] }).verdict).toBe('passed');
  });

  it('judges a reported metric by its bound, and leaves a NaN one out', () => {
    const size = readGate({ gate: 'size', kind: 'bound', metric: 'size_bytes', atMost: 100 });
    const ask = (value: unknown) =>
      judge({ gates: [size], predictions: null, metrics: { challenger: { size_bytes: value } } });
    expect(ask(99)).toMatchObject({ verdict: 'passed', evidence: 'metrics' });
    expect(ask(101).verdict).toBe('failed');
    const tracked = judge({
      gates: [size],
      predictions: null,
      trackedMetrics: { 'challenger/size_bytes': Number.NaN },
    });
    expect(tracked.verdict).toBe('error');
    expect(tracked.notes).toEqual(['metric challenger/size_bytes is NaN, not a finite number: left out']);
  });

  it('never calls a run without gates passed', () => {
    expect(judge({ gates: [] }).verdict).toBe('error');
  });
});

describe('judgeEvidence, whatever the evidence', () => {
  const cell = fc.oneof(
    fc.constantFrom('0', '1', '', 'NaN', '-0', '1e9', '0.5', '"', 'Infinity'),
    fc.string({ maxLength: 6 }),
  );
  const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 5 }), { maxLength: 12 });

  it('never throws, and passes only when the rule truly holds', () => {
    fc.assert(
      fc.property(table, fc.boolean(), fc.anything(), (rows, hasChampion, metrics) => {
        const predictions = `id,label,challenger,champion\n${rows.map((row) => row.join(',')).join('\n')}`;
        const report = judge({ predictions, hasChampion, metrics });
        if (report.verdict !== 'passed') return;
        expect(report.rows).toBeGreaterThanOrEqual(4);
        expect(report.gates[0]!.challenger).toBeGreaterThanOrEqual(0.75);
        if (hasChampion) expect(report.gates[1]!.interval!.low).toBeGreaterThan(-0.55);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not depend on the order of the rows', () => {
    const row = fc.tuple(
      fc.constantFrom(0, 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.nat(), (rows, turn) => {
        const named = rows.map((values, index) => [`r${index}`, ...values]);
        const cut = turn % named.length;
        const turned = [...named.slice(cut), ...named.slice(0, cut)].reverse();
        expect(judge({ predictions: csv(turned) })).toEqual(judge({ predictions: csv(named) }));
      }),
      { numRuns: 500 },
    );
  });
});
