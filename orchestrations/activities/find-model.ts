import { isOwnRegistration, trainingRunOf } from '../../shared/domain/lineage.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('find-model', async ({ name, version }) => {
  const found = await (await wiring.workspace()).models.find(name, version);
  if (!found) return { model: null, own: false };
  const own = isOwnRegistration(found.tags) || (await isVersionOfRun(name, version, found.modelUri));
  return { model: { name, version, modelUri: found.modelUri }, own };
});

/** Also where the registry shows no tags yet: its files are those of a run which is registering, or has registered it. */
async function isVersionOfRun(name: string, version: string, modelUri: string): Promise<boolean> {
  const runId = trainingRunOf(modelUri);
  const run = runId === null ? null : await (await wiring.ledger()).getRun(runId);
  return run?.model === name && (run.phase === 'register' || run.registeredVersion === version);
}
