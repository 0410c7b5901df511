import { modelFilePath } from '../shared/azure/run-files.ts';
import { RatchetError } from '../shared/errors.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

const longestBytes = 1024 * 1024;

/** The model file as a run was pinned to it, with every default filled in. */
serve('get-run-model-file', {
  route: 'runs/{id}/model-file',
  method: 'GET',
  access: 'read',
  handler: async (request) => {
    const runId = (request.params['id'] ?? '').slice(0, 200);
    const run = await (await wiring.ledger()).getRun(runId);
    const text = run && (await (await wiring.blobs()).readText(modelFilePath(runId), longestBytes));
    if (run && text !== null) return { jsonBody: { configHash: run.configHash, config: JSON.parse(text) } };
    const message = run
      ? `run ${runId} has kept no model file; it is written when its first job is submitted`
      : `no run ${JSON.stringify(runId)} in the ledger; GET /api/runs lists them`;
    throw new RatchetError('not-found', message, { subject: { runId } });
  },
});
