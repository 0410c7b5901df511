import { expect } from 'vitest';
import { auditLedger } from '../world/audit-ledger.ts';
import type { World } from '../world/world.ts';

/**
 * What must be true of every signal once the dust has settled: one recorded decision, and for each run the signals
 * started one training job, one evaluation job and one registered version; and a decision log that is whole and says what
 * the ledger says. Answers the ids of those runs.
 */
export async function expectOneOfEach(
  world: World,
  signalIds: readonly string[],
): Promise<readonly string[]> {
  const decisions = await world.decisions();
  expect(decisions.map(({ signal }) => signal.id).sort()).toEqual([...signalIds].sort());

  const runIds = decisions.flatMap(({ outcome, runId }) => (outcome === 'admitted' ? [runId!] : [])).sort();
  const runs = await world.runs();
  expect(runs.filter(({ outcome }) => outcome !== 'released')).toEqual([]);
  expect(runs.map(({ runId }) => runId).sort()).toEqual(runIds);
  const jobs = runIds.flatMap((runId) => [`${runId}-evaluate`, `${runId}-train`]);
  expect([...(await world.jobNames())].sort()).toEqual(jobs.sort());
  expect([...(await world.versionRuns())].sort()).toEqual(runIds);
  const { findings, ledger } = await auditLedger(world.hostUrl);
  expect(findings).toEqual([]);
  expect(ledger).toEqual({ same: decisions.length + runs.length, uncovered: 0 });
  return runIds;
}

/** The same, and one release message for each run. */
export async function expectExactlyOnce(world: World, signalIds: readonly string[]): Promise<void> {
  const runIds = await expectOneOfEach(world, signalIds);
  expect([...(await world.releaseIds())].sort()).toEqual(runIds.map((runId) => `${runId}-production`));
}
