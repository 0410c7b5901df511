import { isOwnRegistration } from '../../shared/domain/lineage.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('find-model', async ({ name, version }) => {
  const workspace = await wiring.workspace();
  const found = await workspace.findModelVersion(name, version);
  if (!found) return { model: null, own: false };
  const own = isOwnRegistration(found.tags) || (await isVersionOfRun(name, version));
  return { model: { name, version, modelUri: found.modelUri }, own };
});

/** Our versions are named after their runs, and the ledger knows those: also where the registry shows no tags yet. */
async function isVersionOfRun(name: string, version: string): Promise<boolean> {
  const run = await (await wiring.ledger()).getRun(`${name}-${version}`);
  return run !== null && (run.phase === 'register' || run.registeredVersion === version);
}
