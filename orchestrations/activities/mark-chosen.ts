import { writeTag } from '../../shared/azure/version-tags.ts';
import { chosenTag } from '../../shared/domain/lineage.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep, isFinal } from '../define-step.ts';

defineStep('mark-chosen', async ({ name, version, runId }, context) => {
  const [resources, { workspace }] = await Promise.all([wiring.resources(), wiring.settings()]);
  try {
    await writeTag(resources, workspace.id, { name, version, tag: chosenTag, value: runId });
  } catch (error) {
    // It is a copy for people: the ledger has the run.
    if (!isFinal(error)) throw error;
    context.warn(error.message);
  }
  return null;
});
