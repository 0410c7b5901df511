import { findRunMeasurements } from '../signals/judge-run.ts';
import { parseWorkspaceEvent, type WorkspaceFact } from '../signals/parse-workspace-event.ts';
import { excerpt, type IncomingEvent } from '../signals/read-event.ts';
import { wiring } from '../wiring.ts';
import type { EventClient, EventLog } from './event-client.ts';
import { offerSignal } from './offer-signal.ts';
import { startMeasurement } from './start-measurement.ts';
import { startMonitorCheck } from './start-monitor-check.ts';
import { wakeRun } from './wake-run.ts';

/**
 * Ends of jobs wake the runs that wait; breaches and registrations are signals; ended monitors are looked at, and runs
 * that a rule watches are measured; deployments go to the ledger.
 */
export async function takeWorkspaceEvent(
  event: IncomingEvent,
  client: EventClient,
  log: EventLog,
): Promise<void> {
  const models = await wiring.models();
  const take = async (fact: WorkspaceFact): Promise<void> => {
    switch (fact.type) {
      case 'job-ended':
        return wakeRun(client, fact.jobName);
      case 'monitor-completed':
        return void (await startMonitorCheck(client, fact.run));
      case 'deployed':
        return (await wiring.ledger()).recordDeployment(fact.deployment);
      case 'signal':
        return void (await offerSignal(client, {
          signal: fact.signal,
          pinned: models.get(fact.signal.model)!,
        }));
      case 'ignored':
        return log.debug(`event ${excerpt(event.id)}: ${fact.why}`);
    }
  };
  for (const fact of parseWorkspaceEvent(event, models)) await take(fact);
  for (const measurement of findRunMeasurements(event, models)) await startMeasurement(client, measurement);
}
