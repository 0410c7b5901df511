/**
 * What becomes of a fact. Taking it again changes nothing; where a service does not answer, it throws a retryable error.
 *
 * Owns: which kind of fact has what done about it. Does not own: how each is done (the other files of this room).
 */
import type { Fact } from '../signals/fact.ts';
import { wiring } from '../wiring.ts';
import type { EventRaiser, OrchestrationStarter } from './instances.ts';
import { offerRecovery } from './offer-recovery.ts';
import { offerSignal } from './offer-signal.ts';
import { startMeasurement } from './start-measurement.ts';
import { startMonitorCheck } from './start-monitor-check.ts';
import { wakeRun } from './wake-run.ts';

/** What taking facts needs of a durable client. */
export type FactClient = OrchestrationStarter & EventRaiser;

export interface FactLog {
  warn(message: string): void;
  debug(message: string): void;
}

/** `from` says for the log where the fact was read. */
export async function takeFact(fact: Fact, client: FactClient, log: FactLog, from: string): Promise<void> {
  switch (fact.type) {
    case 'signal':
      return void (await offerSignal(client, { signal: fact.signal, pinned: fact.pinned }));
    case 'recovery':
      return void (await offerRecovery(client, { recovery: fact.recovery, pinned: fact.pinned }));
    case 'job-ended':
      return wakeRun(client, fact.jobName);
    case 'monitor-completed':
      return void (await startMonitorCheck(client, fact.run));
    case 'run-completed':
      return void (await startMeasurement(client, fact.measurement));
    case 'deployed':
      return (await wiring.ledger()).recordDeployment(fact.deployment);
    case 'ignored':
      return log.debug(`${from}: ${fact.why}`);
  }
}
