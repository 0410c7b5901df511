import type { Advice } from '../domain/advice.ts';
import type { Signal } from '../domain/signal.ts';

export const adviceSource = 'advice';

/** What asks for a run where the answer is to retrain: a signal as any other, that lifts no hold. Null: it is another answer. */
export function adviceSignal(
  model: string,
  tick: string,
  { answer, sentence, since, terms }: Advice,
): Signal | null {
  if (answer !== 'retrain') return null;
  return {
    id: `advice:${model}:${tick}`,
    model,
    kind: 'metric',
    observedAt: tick,
    source: adviceSource,
    summary: sentence,
    ...(since !== undefined && { changedAt: since }),
    evidence: { tick, ...Object.fromEntries(terms.map(({ term, value }) => [term, value])) },
  };
}
