import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { digestVersion } from './digest-version.ts';

defineStep('deploy-version', async ({ target, digest: expected, isFirst, ...what }) => {
  const digest = isFirst ? await digestVersion(what.model, expected) : null;
  return { ...(await (await wiring.releaseTarget(target)).deploy(what)), digest };
});
