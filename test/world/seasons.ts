/** The tiny model with seasons: it knows best what its latest data was of, and its runs score past champions first. */
import { readFileSync } from 'node:fs';
import type { World } from './world.ts';

export function seasonalModel(
  file = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8'),
): string {
  return file
    .replace('evaluateOn: 1', 'evaluateOn: 2')
    .replace('training:\n', 'training:\n  pastChampions: 3\n')
    .replace('node evaluate.js', 'node evaluate.js --manifest ${{inputs.manifest}}')
    .replace('margin: 0.5 # eight rows cannot show less', 'margin: 0');
}

/** Reports an accuracy that asks for a run. Answers the ids of its signals. */
export async function reportDrift(world: World, window: string, at = new Date()): Promise<readonly string[]> {
  const { body } = await world.ask('models/tiny/metrics', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ...{ window, observedAt: at.toISOString(), sample: 1000 },
      metrics: { accuracy: 0.5 },
    }),
  });
  return (body as { breaches: { signalId: string }[] }).breaches.map(({ signalId }) => signalId);
}
