import * as df from 'durable-functions';
import type { TrackedRun } from '../../shared/azure/tracked-run.ts';
import type { Tracking } from '../../shared/azure/tracking.ts';
import { offerRecovery } from '../../shared/dispatch/offer-recovery.ts';
import { readClock } from '../../shared/dispatch/read-clock.ts';
import { recordChecks } from '../../shared/dispatch/record-checks.ts';
import { judgedCheck } from '../../shared/signals/check-row.ts';
import {
  findRecovered,
  findWholeRun,
  type MonitorRuns,
  rootTag,
} from '../../shared/signals/find-recovered.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

/** Far more than a monitor has steps. */
const stepsAtMost = 5_000;
/** A daily monitor of ten steps for a quarter: what waits longer is not withdrawn by a recovery. */
const earlierAtMost = 1_000;

defineStep(
  'offer-recoveries',
  async ({ model: monitored, runId }, context) => {
    const tracking = await wiring.runsMetrics();
    const root = await tracking.findRun(runId);
    // A step comes to its end before its monitor does: the monitor's own event tells of it.
    if (root === null || (root.tags[rootTag] ?? runId) !== runId) return { recoveries: [] };
    const [runs, models] = await Promise.all([readRuns(tracking, root), wiring.models()]);
    const found = findRecovered(runs, models);
    const whole = findWholeRun(runs, monitored, models);
    const client = df.getClient(context);
    for (const { recovery, pinned } of whole ? [whole, ...found] : found) {
      await offerRecovery(client, { recovery, pinned });
      const { model, source, summary, observedAt } = recovery;
      const at = observedAt ?? (await readClock(client));
      const seen = { model, kind: 'drift', source, metric: null, at, window: runId } as const;
      const check = {
        ...judgedCheck({ name: 'drift' }, seen, { rule: 'drift', recovery }),
        sentence: summary,
      };
      const verdict = recovery === whole?.recovery ? 'fine' : 'recovered';
      await recordChecks(model, [{ ...check, verdict }], (why) => context.warn(why));
    }
    return { recoveries: found.map(({ recovery }) => recovery.id) };
  },
  { extraInputs: [df.input.durableClient()] },
);

async function readRuns(tracking: Tracking, root: TrackedRun): Promise<MonitorRuns> {
  const { runId, experimentId } = root;
  const filter = `tags.mlflow.rootRunId = '${runId}'`;
  const [tree, experiment] = await Promise.all([
    tracking.searchRuns({ experimentId, filter, limit: stepsAtMost }),
    tracking.searchRuns({ experimentId, filter: '', limit: earlierAtMost }),
  ]);
  return { root, steps: tree.filter((run) => run.runId !== runId), experiment };
}
