/**
 * Starts the orchestrations of releases again that have ended or are gone while their target believes them under way: one
 * that was terminated or purged would hold its target for ever, and nobody would carry out an order to go back.
 *
 * Invariants
 * 1. An orchestration that goes on is left alone; one that is started keeps nothing of its own, so that a second start
 *    loses nothing.
 * 2. What fails for one target is answered with it, left to the next look, and stops nothing for the others.
 */
import type { PinnedModel } from '../config/schema.ts';
import { targetKey } from '../domain/durable-names.ts';
import { rowsAtOnce, sideBySide } from '../domain/side-by-side.ts';
import { startOf } from '../release/transitions/start-of.ts';
import type { Release, TargetState } from '../release/transitions/state.ts';
import { isUnderWay, type OrchestrationStarter, statusOf } from './instances.ts';

/** Between the entity's word and the start of the orchestration there is none yet. */
const youngMs = 10 * 60_000;

/** `readTarget` reads the entity of a target by its key; `readKnown` what the ledger knows of one that has no state. */
interface TargetStates {
  readTarget(key: string): Promise<TargetState | undefined>;
  readKnown(endpoint: string): Promise<TargetState>;
}

/** What a look has done: the ids of the releases it has started, and what it could not look at, with why. */
interface Revived {
  readonly started: readonly string[];
  readonly failed: readonly { readonly target: string; readonly why: string }[];
}

export async function reviveReleases(
  client: OrchestrationStarter,
  states: TargetStates,
  models: ReadonlyMap<string, PinnedModel>,
  nowMs: number,
): Promise<Revived> {
  const endpoints = new Map(
    [...models.values()].flatMap(({ config: { release } }) =>
      release.target ? [[targetKey(release.target), release.target.endpoint] as const] : [],
    ),
  );
  const looks = await sideBySide(endpoints, rowsAtOnce, async ([key, endpoint]): Promise<Revived> => {
    const started: string[] = [];
    try {
      const target = (await states.readTarget(key)) ?? (await states.readKnown(endpoint));
      for (const release of [target.release, ...target.queue])
        if (release && (await revive(client, release, nowMs))) started.push(release.releaseId);
      return { started, failed: [] };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { started, failed: [{ target: key, why }] };
    }
  });
  return {
    started: looks.flatMap(({ started }) => started),
    failed: looks.flatMap(({ failed }) => failed),
  };
}

/** Whether it had to be started. */
async function revive(client: OrchestrationStarter, release: Release, nowMs: number) {
  if (Date.parse(release.startedAt) > nowMs - youngMs) return false;
  const { releaseId: instanceId } = release;
  if (isUnderWay(await statusOf(client, instanceId))) return false;
  await client.startNew('staged-release', { instanceId, input: startOf(release) });
  return true;
}
