import { manifestLimitBytes, packagePath } from '../shared/azure/run-files.ts';
import { RatchetError } from '../shared/errors.ts';
import { serve } from '../shared/http/serve.ts';
import { signatureName } from '../shared/package/statement.ts';
import { wiring } from '../shared/wiring.ts';

/** A version's releases are looked through from the latest: each has a package of its own, or none. */
const releasesAtMost = 20;

/** The signed package of a version: signature and documents as they are; the files of the model lie where `modelUri` says. */
serve('get-package', {
  route: 'models/{model}/versions/{version}/package',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const model = (request.params['model'] ?? '').slice(0, 100);
    const version = (request.params['version'] ?? '').slice(0, 100);
    const ledger = await wiring.ledger();
    const releases = await ledger.listReleasesOf({ model, version, limit: releasesAtMost });
    const release = releases.find((each) => each.package !== undefined);
    if (release?.package === undefined)
      throw nothing(model, version, 'none of its releases was packed: RATCHET_SIGNING_KEY was not set');
    const blobs = await wiring.blobs();
    const read = async (name: string) =>
      blobs.readText(packagePath(release.package!, name), manifestLimitBytes);
    const names = ['package.json', 'lineage.json', 'gate-report.json', 'manifest.json', 'model-file.json'];
    const texts = await Promise.all([signatureName, ...names].map(async (name) => [name, await read(name)]));
    const files = Object.fromEntries(texts.filter(([, text]) => text !== null)) as Record<string, string>;
    if (files[signatureName] === undefined)
      throw nothing(
        model,
        version,
        `package ${release.package} is gone from storage: somebody has deleted it`,
      );
    const { releaseId, package: digest } = release;
    return { jsonBody: { model, version, releaseId, digest, modelUri: release.model.modelUri, files } };
  },
});

function nothing(model: string, version: string, why: string): RatchetError {
  const message = `there is no package of version ${JSON.stringify(version)} of ${JSON.stringify(model)}: ${why}`;
  return new RatchetError('not-found', message, { subject: { model, version } });
}
