/** How far a run that goes on has come, and what it waits for: read from its orchestration and the workspace. */
import { jobNamesIn } from '../domain/job-attempt.ts';
import type { Run, RunPhase } from '../domain/run.ts';

/** What is needed of a durable client. */
interface StatusReader {
  getStatus(instanceId: string): Promise<{ readonly customStatus?: unknown }>;
}

interface RunProgress {
  readonly phase: RunPhase;
  /** When the phase began (ISO 8601, UTC); null where that is not known. */
  readonly since: string | null;
  /** A sentence for a person: `Waits for job spam-filter-20020902-1f2e3d4c-train, which is Running.` */
  readonly waits: string;
}

/** Null once the run has ended. Never throws: what cannot be read is left out. */
export async function findProgress(
  run: Run,
  client: StatusReader,
  jobStatus: (jobName: string) => Promise<string>,
): Promise<RunProgress | null> {
  const { runId, phase, outcome } = run;
  if (outcome !== null) return null;
  const told = await readCustomStatus(client, runId);
  const since = typeof told['since'] === 'string' && told['phase'] === phase ? told['since'] : null;
  return { phase, since, waits: await describeWait() };

  async function describeWait(): Promise<string> {
    for (const said of [told['waits'], told['asks']]) if (typeof said === 'string') return said;
    switch (phase) {
      case 'past-champions':
        return 'Waits for past champions to be looked for.';
      case 'train':
      case 'evaluate': {
        const job = jobNamesIn(run, phase)[0]!;
        return `Waits for job ${job}, which is ${await jobStatus(job).catch(() => 'not submitted yet')}.`;
      }
      case 'gate':
        return 'Waits for its gates to be judged.';
      case 'register':
        return 'Waits for its model version to be registered.';
      case 'release': {
        const { stage } = await readCustomStatus(client, `${runId}-release`);
        return typeof stage === 'string'
          ? `Waits for release stage ${stage}.`
          : 'Waits for the stages of its release.';
      }
      case 'settled':
        return 'Waits for its outcome to be recorded.';
    }
  }
}

async function readCustomStatus(client: StatusReader, instanceId: string): Promise<Record<string, unknown>> {
  const status = await client.getStatus(instanceId).catch(() => null);
  return (status?.customStatus ?? {}) as Record<string, unknown>;
}
