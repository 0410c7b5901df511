/** What the fleet file asks of the rules of a model, in plain English. Pure. */
import type { ModelConfig } from '../config/schema.ts';
import { listConfidences } from '../config/sure-rules.ts';
import type { Together } from '../domain/breach-test.ts';
import { counted } from '../domain/plural.ts';
import type { PolicySentence } from '../domain/policy-words.ts';

/** Nothing where no rule of the model has a confidence, or each asks as much by itself. */
export function tellTogether(config: ModelConfig, together: Together | null): readonly PolicySentence[] {
  const own = listConfidences(config);
  if (!together || own.length === 0) return [];
  const { falseAlarms, rules } = together;
  const odds = rules / falseAlarms;
  if (odds * (1 - Math.min(...own)) <= 1 + 1e-9) return [];
  const times = Number(odds.toPrecision(3));
  const sentence = `Of the ${counted(rules, 'rule')} with a confidence in all model files, ${falseAlarms} may have a false alarm in expectation, by the fleet file: the windows of a rule have to make a fall ${times} times as likely as chance before it requests a run.`;
  return [{ topic: 'triggers', path: 'fleet.falseAlarms', sentence, isDefault: false }];
}
