import { digestOfModel } from '../../shared/azure/model-digest.ts';
import { RatchetError } from '../../shared/errors.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('deploy-version', async ({ target, digest, ...what }) => {
  const { model, releaseId } = what;
  const [blobs, { workspace }] = await Promise.all([wiring.blobs(), wiring.settings()]);
  const found = await digestOfModel(blobs, workspace.id, model.modelUri);
  if (digest !== null && found !== digest) {
    throw new RatchetError(
      'azure-refused',
      `version ${model.version} of ${model.name} must be what it was when it was released, with the digest ${digest}; found ${found}: somebody has changed its files; register them as a version of their own`,
      { subject: { model: model.name, release: releaseId } },
    );
  }
  return { ...(await (await wiring.releaseTarget(target)).deploy(what)), digest: found };
});
