/**
 * What becomes of a fact. Taking it again changes nothing; where a service does not answer, it throws a retryable error.
 *
 * Owns: which kind of fact has what done about it. Does not own: how each is done (the other files of this room).
 */
import type { Fact, IgnoredFact } from '../signals/fact.ts';
import { wiring } from '../wiring.ts';
import type { EventRaiser, OrchestrationStarter } from './instances.ts';
import { offerArrivedFile, offerArrivedFolder } from './offer-arrivals.ts';
import { offerRecovery } from './offer-recovery.ts';
import { offerSignal } from './offer-signal.ts';
import { type IgnoredLog, sayIgnored } from './say-ignored.ts';
import { startMeasurement } from './start-measurement.ts';
import { startMonitorCheck } from './start-monitor-check.ts';
import { wakeRun } from './wake-run.ts';

/** What taking facts needs of a durable client. */
export type FactClient = OrchestrationStarter & EventRaiser;

/** `from` says for the log where the fact was read. */
export async function takeFact(fact: Fact, client: FactClient, log: IgnoredLog, from: string): Promise<void> {
  const say = (left: IgnoredFact | null) => void (left && sayIgnored(left, log, from));
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
    case 'file-arrived':
      return say(await offerArrivedFile(client, await wiring.blobs(), fact));
    case 'folder-arrived':
      return say(await offerArrivedFolder(client, await wiring.blobs(), fact));
    case 'ignored':
      return sayIgnored(fact, log, from);
  }
}
