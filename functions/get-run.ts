import * as df from 'durable-functions';
import { gateReportPath } from '../shared/azure/run-files.ts';
import { findProgress } from '../shared/dispatch/run-progress.ts';
import { RatchetError } from '../shared/errors.ts';
import { serve } from '../shared/http/serve.ts';
import { wiring } from '../shared/wiring.ts';

const longestReportBytes = 8 * 1024 * 1024;

/** One run of the ledger, with its gate report once there is one, and what it waits for while it goes on. */
serve('get-run', {
  route: 'runs/{id}',
  method: 'GET',
  access: 'read',
  extraInputs: [df.input.durableClient()],
  handler: async (request, context) => {
    const runId = (request.params['id'] ?? '').slice(0, 200);
    const ledger = await wiring.ledger();
    const run = await ledger.getRun(runId);
    if (!run) {
      throw new RatchetError(
        'not-found',
        `no run ${JSON.stringify(runId)} in the ledger; GET /api/runs lists them`,
        {
          subject: { runId },
        },
      );
    }
    const blobs = await wiring.blobs();
    const report =
      run.verdict === null ? null : await blobs.readText(gateReportPath(runId), longestReportBytes);
    const progress = await findProgress(
      run,
      df.getClient(context),
      async (jobName) => (await (await wiring.workspace()).getJob(jobName)).status,
    );
    return { jsonBody: { run, progress, gateReport: report === null ? null : JSON.parse(report) } };
  },
});
