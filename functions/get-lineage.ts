import { RatchetError } from '../shared/errors.ts';
import { requireModelName } from '../shared/http/require-model.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

/** How Azure ML names versions; nothing else can be one. */
const versionName = /^[A-Za-z0-9][\w.-]{0,99}$/;
const modelName = /^[a-z0-9-]{1,48}$/;

/** Where one version comes from and what became of it, whether or not a run made it or its model still has a file. */
serve('get-lineage', {
  route: 'models/{model}/versions/{version}/lineage',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const model = request.params['model'] ?? '';
    const version = (request.params['version'] ?? '').slice(0, 200);
    if (!modelName.test(model)) requireModelName(request, await wiring.modelFiles());
    const [{ readLineage }, { assembleLineage }] = await Promise.all([
      import('../shared/lineage/read-lineage.ts'),
      import('../shared/lineage/assemble-lineage.ts'),
    ]);
    if (versionName.test(version)) {
      const [ledger, { models: registry, components, id: workspace }, blobs] = await Promise.all([
        wiring.ledger(),
        wiring.workspace(),
        wiring.blobs(),
      ]);
      const facts = await readLineage({ ledger, registry, blobs, components }, model, version);
      const lineage = assembleLineage({ model, version, workspace }, facts);
      if (lineage) return { jsonBody: lineage };
    }
    requireModelName(request, await wiring.modelFiles());
    throw new RatchetError(
      'not-found',
      `neither the registry nor the ledger has a version ${JSON.stringify(version)} of model ${model}; ratchet models and the registry list them`,
      { subject: { model, version } },
    );
  },
});
