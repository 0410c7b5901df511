import { releaseIdOf } from '../../shared/domain/durable-names.ts';
import type { ModelVersion } from '../../shared/domain/run.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { describeFiles } from './digest-version.ts';
import { packVersion } from './pack-version.ts';

defineStep('deploy-version', async ({ target, digest: expected, isFirst, ...what }) => {
  const found = isFirst ? await describeFiles(what.model, expected) : null;
  const signed = found && isOwn(what) ? await packVersion({ ...what, target }, found) : null;
  // What is gone back to is tried whatever a quota is said to leave: nothing is to delay it.
  const deployed = await (await wiring.releaseTarget(target)).deploy(what, { asksRoom: isOwn(what) });
  return { ...deployed, digest: found?.digest ?? null, ...(signed !== null && { package: signed }) };
});

/** Whether the version is the one that is released, and none that it goes back to: that is not packed anew. */
function isOwn({ model, releaseId }: { readonly model: ModelVersion; readonly releaseId: string }): boolean {
  const runId = model.chosenBy ?? model.runId;
  return runId === undefined || releaseIdOf(runId) === releaseId;
}
