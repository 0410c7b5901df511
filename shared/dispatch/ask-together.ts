import { countSureRules, togetherOf } from '../config/sure-rules.ts';
import type { Together } from '../domain/breach-test.ts';
import { wiring } from '../wiring.ts';

/**
 * What the fleet file holds all rules with a confidence to, by the files as they are now. Throws where it is broken: its promise is not
 * taken for none.
 */
export async function askTogether(): Promise<Together | null> {
  const [fleet, models] = await Promise.all([wiring.fleet(), wiring.models()]);
  return togetherOf(fleet, countSureRules([...models.values()].map(({ config }) => config)));
}
