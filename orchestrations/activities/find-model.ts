import { isOwnRegistration } from '../../shared/domain/lineage.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('find-model', async ({ name, version }) => {
  const workspace = await wiring.workspace();
  const found = await workspace.findModelVersion(name, version);
  if (!found) return { model: null, own: false };
  return { model: { name, version, modelUri: found.modelUri }, own: isOwnRegistration(found.tags) };
});
