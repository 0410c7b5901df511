import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { describeFiles } from './digest-version.ts';
import { packVersion } from './pack-version.ts';

defineStep('deploy-version', async ({ target, digest: expected, isFirst, packs, ...what }) => {
  const found = isFirst ? await describeFiles(what.model, expected) : null;
  const signed = found && packs ? await packVersion({ ...what, target }, found) : null;
  const deployed = await (await wiring.releaseTarget(target)).deploy(what);
  return { ...deployed, digest: found?.digest ?? null, ...(signed !== null && { package: signed }) };
});
