/** Where a training that runs outside of the workspace is asked for, and found by the name of its job. */
import type { Elsewhere } from '../../shared/domain/elsewhere.ts';
import { readJobName } from '../../shared/domain/job-name.ts';
import { wiring } from '../../shared/wiring.ts';

export async function trainingSources(elsewhere: Elsewhere) {
  const [channel, blobs, { workspace }] = await Promise.all([
    wiring.trainingChannel(elsewhere),
    wiring.blobs(),
    wiring.settings(),
  ]);
  return { channel, blobs, workspaceId: workspace.id };
}

/** Its latest attempt, by the ledger, which has it before it is asked for; null: the job is one of the workspace. */
export async function findElsewhere(jobName: string): Promise<Elsewhere | null> {
  const known = readJobName(jobName);
  if (known?.phase !== 'train') return null;
  const run = await (await wiring.ledger()).getRun(known.runId);
  return run?.elsewhere ?? null;
}
