import { beforeAll, describe, expect, it } from 'vitest';
import { pinModel } from '../../../shared/config/pin.ts';
import { newModelState } from '../../../shared/domain/model-state.ts';
import type { Run } from '../../../shared/domain/run.ts';
import type { Ledger } from '../../../shared/ledger/ledger.ts';
import { readAdvice } from '../../../shared/overview/read-advice.ts';
import { judgeReport, MetricReportSchema } from '../../../shared/signals/parse-metric-report.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { modelWith } from '../../unit/backtest/histories.ts';
import { startStorageAlone } from './local-services.ts';

let ledger: Ledger;
beforeAll(async () => {
  ledger = await createWiring(await startStorageAlone()).ledger();
});

const dayMs = 86_400_000;
const at = (day: number): string => new Date(Date.UTC(2026, 0, 1) + day * dayMs).toISOString();
const pinned = pinModel(
  modelWith({
    triggers: '{ metrics: [{ name: low, metric: accuracy, below: 0.9 }] }',
    policy: '{ advice: signal, budget: { window: P30D, computeHours: 10 } }',
  }).config,
);
const champion = { name: 'tiny', version: '1', modelUri: '' };

describe('advice of a model', () => {
  it('is made from what the ledger has: reports, champions and runs', async () => {
    for (let day = 0; day < 20; day++) {
      const accuracy = day < 10 ? 0.95 : 0.86;
      const report = MetricReportSchema.parse({
        ...{ window: `day ${day}`, observedAt: at(day + 0.5), sample: 400 },
        metrics: { accuracy, recall: 0.5 },
      });
      await ledger.checks.record('tiny', judgeReport(report, pinned).checks, 400 * dayMs);
    }
    const run: Run = {
      ...{ runId: 'tiny-20251231-1', model: 'tiny', kind: 'retrain', signalKind: 'manual' },
      ...{ signals: ['manual:tiny:a'], phase: 'settled', outcome: 'released', sentence: '' },
      ...{ startedAt: at(-1), endedAt: at(0), champion: null, challenger: champion },
      ...{ registeredVersion: '1', released: true, verdict: 'passed', configHash: pinned.configHash },
    } as Run;
    await ledger.recordRun(run, run.endedAt!);
    const state = {
      ...newModelState,
      ...{ champion, championSince: at(0) },
      spent: [{ runId: run.runId, at: run.startedAt, computeHours: 1.5, settled: true }],
    };
    const advice = await readAdvice(ledger, pinned, state, at(20));
    expect(advice.answer).toBe('retrain');
    const terms = Object.fromEntries(advice.terms.map(({ term, value }) => [term, value]));
    expect(terms).toMatchObject({
      ...{ cost: 1.5, queue: expect.closeTo(1.5 - 21 / 3, 6), promotion: 2 / 3 },
      excess: expect.closeTo(0.4, 6),
    });
    const before = await readAdvice(ledger, pinned, state, at(10));
    expect(before).toMatchObject({ answer: 'wait', sentence: expect.stringContaining('no sure loss') });
  });
});
