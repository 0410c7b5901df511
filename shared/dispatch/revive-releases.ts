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

interface TargetStates {
  /** The entity of a target, by its key. */
  readTarget(key: string): Promise<TargetState | undefined>;
  /** Those of these models of which the ledger may have a release that is under way. */
  findOpen(models: readonly string[]): Promise<ReadonlySet<string>>;
  /** What the ledger knows of a target. */
  readKnown(endpoint: string): Promise<TargetState>;
}

/** What a look has done: the ids of the releases it has started, and what it could not look at, with why. */
interface Revived {
  readonly started: readonly string[];
  readonly failed: readonly { readonly target: string; readonly why: string }[];
}

export async function reviveReleases(
  client: OrchestrationStarter,
  { readTarget, findOpen, readKnown }: TargetStates,
  models: ReadonlyMap<string, PinnedModel>,
  nowMs: number,
): Promise<Revived> {
  const failed: { target: string; why: string }[] = [];
  const lost: Target[] = [];
  const look = async (target: Target, read: () => Promise<TargetState | undefined>) => {
    const started: string[] = [];
    try {
      const state = await read();
      if (!state) lost.push(target);
      else
        for (const release of [state.release, ...state.queue])
          if (release && (await revive(client, release, nowMs))) started.push(release.releaseId);
    } catch (error) {
      failed.push({ target: target.key, why: error instanceof Error ? error.message : String(error) });
    }
    return started;
  };
  const started = await sideBySide(targetsOf(models), rowsAtOnce, (target) =>
    look(target, () => readTarget(target.key)),
  );
  if (lost.length === 0) return { started: started.flat(), failed };
  // Of ten thousand that have released nothing yet, one list tells that there is nothing to start.
  const open = await findOpen(lost.flatMap((target) => target.models));
  const interrupted = lost.filter((target) => target.models.some((model) => open.has(model)));
  const more = await sideBySide(interrupted, rowsAtOnce, (target) =>
    look(target, () => readKnown(target.endpoint)),
  );
  return { started: [...started, ...more].flat(), failed };
}

interface Target {
  readonly key: string;
  readonly endpoint: string;
  /** That are released to it. */
  readonly models: readonly string[];
}

function targetsOf(models: ReadonlyMap<string, PinnedModel>): readonly Target[] {
  const targets = new Map<string, Target & { readonly models: string[] }>();
  for (const [model, { config }] of models) {
    const { target } = config.release;
    if (!target) continue;
    const { endpoint } = target;
    const key = targetKey(target);
    const known = targets.get(key);
    if (known) known.models.push(model);
    else targets.set(key, { key, endpoint, models: [model] });
  }
  return [...targets.values()];
}

/** Whether it had to be started. */
async function revive(client: OrchestrationStarter, release: Release, nowMs: number) {
  if (Date.parse(release.startedAt) > nowMs - youngMs) return false;
  const { releaseId: instanceId } = release;
  if (isUnderWay(await statusOf(client, instanceId))) return false;
  await client.startNew('staged-release', { instanceId, input: startOf(release) });
  return true;
}
