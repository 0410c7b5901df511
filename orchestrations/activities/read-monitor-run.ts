import { rootTag } from '../../shared/signals/find-recovered.ts';
import { readBreach } from '../../shared/signals/read-breach.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('read-monitor-run', async ({ runId }) => {
  const run = await (await wiring.runsMetrics()).findRun(runId);
  if (run === null) return null;
  const { status, experimentId, startedAt, endedAt, tags } = run;
  const rootRun = tags[rootTag] ?? null;
  return { status, experimentId, rootRun, startedAt, endedAt, breach: readBreach(tags) };
});
