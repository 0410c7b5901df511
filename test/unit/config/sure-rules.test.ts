import { describe, expect, it } from 'vitest';
import { FleetSchema } from '../../../shared/config/fleet-schema.ts';
import { countSureRules, listConfidences, togetherOf } from '../../../shared/config/sure-rules.ts';
import { modelWith } from '../backtest/histories.ts';

const modelOf = (triggers: string) => modelWith({ triggers, policy: '{ cooldown: PT0S }' }).config;
const all = modelOf(
  "{ metrics: [{ name: a, metric: accuracy, below: 0.9, confidence: 0.95 }, { name: b, metric: accuracy, below: 0.8 }], queries: [{ name: c, query: T, cron: '0 6 * * *', above: 1, standardError: se, confidence: 0.9 }], runs: [{ name: d, experiment: e, metric: rmse, above: 1, standardError: se, confidence: 0.99 }] }",
);

describe('rules with a confidence', () => {
  it('are counted whatever they judge, over all model files', () => {
    expect(listConfidences(all)).toEqual([0.95, 0.9, 0.99]);
    expect(countSureRules([all, modelOf('{ drift: true }'), all])).toBe(6);
  });

  it('are held to what the fleet file says of all together', () => {
    const fleet = FleetSchema.parse({ falseAlarms: 0.05 });
    expect(togetherOf(fleet, 6)).toEqual({ falseAlarms: 0.05, rules: 6 });
    for (const nothing of [togetherOf(null, 6), togetherOf(FleetSchema.parse({}), 6), togetherOf(fleet, 0)])
      expect(nothing).toBeNull();
  });

  it.each([0, -1, 10_001])('have no promise of %d false alarms', (falseAlarms) => {
    expect(FleetSchema.safeParse({ falseAlarms }).success).toBe(false);
  });
});
