/**
 * Starts the orchestrations of releases again that have ended or are gone while their target believes them under way: one
 * that was terminated or purged would hold its target for ever, and nobody would carry out an order to go back.
 *
 * Invariant: an orchestration that goes on is left alone; one that is started keeps nothing of its own, so that a second
 * start loses nothing.
 */
import type { PinnedModel } from '../config/schema.ts';
import { targetKey } from '../domain/durable-names.ts';
import { startOf } from '../release/transitions/start-of.ts';
import type { TargetState } from '../release/transitions/state.ts';
import { isUnderWay, type OrchestrationStarter, statusOf } from './instances.ts';

/** Between the entity's word and the start of the orchestration there is none yet. */
const youngMs = 10 * 60_000;

/** `readTarget` reads the entity of a target by its key; `readKnown` what the ledger knows of one that has no state. */
interface TargetStates {
  readTarget(key: string): Promise<TargetState | undefined>;
  readKnown(endpoint: string): Promise<TargetState>;
}

/** Answers the ids of those it has started. */
export async function reviveReleases(
  client: OrchestrationStarter,
  { readTarget, readKnown }: TargetStates,
  models: ReadonlyMap<string, PinnedModel>,
  nowMs: number,
): Promise<readonly string[]> {
  const endpoints = new Map(
    [...models.values()].flatMap(({ config: { release } }) =>
      release.target ? [[targetKey(release.target), release.target.endpoint] as const] : [],
    ),
  );
  const revived: string[] = [];
  for (const [key, endpoint] of endpoints) {
    const target = (await readTarget(key)) ?? (await readKnown(endpoint));
    for (const release of [target.release, ...target.queue]) {
      if (!release || Date.parse(release.startedAt) > nowMs - youngMs) continue;
      const { releaseId: instanceId } = release;
      if (isUnderWay(await statusOf(client, instanceId))) continue;
      await client.startNew('staged-release', { instanceId, input: startOf(release) });
      revived.push(instanceId);
    }
  }
  return revived;
}
