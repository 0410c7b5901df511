import { describe, expect, it } from 'vitest';
import { tellTogether } from '../../../shared/overview/tell-together.ts';
import { modelWith } from '../backtest/histories.ts';

const policy = '{ cooldown: PT0S }';
const sure = modelWith({
  triggers: '{ metrics: [{ name: a, metric: accuracy, below: 0.9, confidence: 0.95 }] }',
  policy,
}).config;

describe('what the fleet file asks of the rules of a model', () => {
  it('is a sentence among those of its policy', () => {
    expect(tellTogether(sure, { falseAlarms: 0.05, rules: 3_000 })).toEqual([
      {
        ...{ topic: 'triggers', path: 'fleet.falseAlarms', isDefault: false },
        sentence:
          'Of the 3000 rules with a confidence in all model files, 0.05 may have a false alarm in expectation, by the fleet file: the windows of a rule have to make a fall 60000 times as likely as chance before it requests a run.',
      },
    ]);
  });

  it('is nothing where it asks nothing of them', () => {
    const without = modelWith({ triggers: '{ drift: true }', policy }).config;
    expect(tellTogether(without, { falseAlarms: 0.05, rules: 3_000 })).toEqual([]);
    expect(tellTogether(sure, { falseAlarms: 1, rules: 20 })).toEqual([]);
    expect(tellTogether(sure, null)).toEqual([]);
  });
});
