import { shortHash } from '../domain/short-hash.ts';
import type { MonitorRunRef } from '../signals/fact.ts';
import { type OrchestrationStarter, startOnce } from './instances.ts';

/** Id of the orchestration that looks at a monitor's completed run: the same for every event of it. */
function monitorCheckInstanceId({ model, runId }: MonitorRunRef): string {
  return `monitor-${shortHash(`${model}:${runId}`)}`;
}

/** Looks at a monitor's completed run, unless it was looked at before. Safe to repeat and to race, as `offerSignal`. */
export function startMonitorCheck(
  client: OrchestrationStarter,
  run: MonitorRunRef,
): Promise<'started' | 'repeated'> {
  return startOnce(client, {
    orchestrator: 'check-monitor',
    instanceId: monitorCheckInstanceId(run),
    input: run,
    subject: { signal: `monitor:${run.model}:${run.runId}`, model: run.model },
  });
}
