import { app, type InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { isMissingInstance, offerSignal } from '../shared/signals/offer-signal.ts';
import { parseWorkspaceEvent } from '../shared/signals/parse-workspace-event.ts';
import { readEvent } from '../shared/signals/read-event.ts';
import { startMonitorCheck } from '../shared/signals/start-monitor-check.ts';
import { wiring } from '../shared/wiring.ts';

/** Events of the Azure ML workspace: ends of jobs wake the runs that wait; breaches and registrations are signals. */
app.eventGrid('workspace-events', {
  extraInputs: [df.input.durableClient()],
  handler: async (raw, context) => {
    const event = readEvent(raw);
    if (!event) return context.warn('workspace-events: not an event of either schema; dropped');
    const models = await wiring.models();
    for (const fact of parseWorkspaceEvent(event, models)) {
      if (fact.type === 'job-ended') await wakeRun(context, fact.jobName);
      else if (fact.type === 'monitor-completed') await startMonitorCheck(df.getClient(context), fact.run);
      else if (fact.type === 'ignored') context.debug(`event ${event.id}: ${fact.why}`);
      else {
        const pinned = models.get(fact.signal.model)!;
        await offerSignal(df.getClient(context), { signal: fact.signal, pinned });
      }
    }
  },
});

/** Our jobs are named after their runs. An event for a run that is over, or for another's job, wakes nobody. */
async function wakeRun(context: InvocationContext, jobName: string): Promise<void> {
  const runId = /^(.+)-(?:train|evaluate)$/.exec(jobName)?.[1];
  if (!runId) return;
  try {
    await df.getClient(context).raiseEvent(runId, `job-ended-${jobName}`, { jobName });
  } catch (error) {
    if (!isMissingInstance(error)) throw error;
  }
}
