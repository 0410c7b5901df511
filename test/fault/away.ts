/** A service, or all of them, that is away from the beginning of a run's step on, until it is seen that the run waits. */
import { throughOutages, type World } from '../world/world.ts';

/** A call that nobody answers is given up after most of a minute; its process may have little of the machine. */
const limitMs = 300_000;

/** What makes something be away, and back. */
export interface Absence {
  begin(): Promise<unknown>;
  end(): Promise<unknown>;
}

/**
 * Requests a run, and begins the absence at the step, while the host, which has just begun it, is not there. `NAME#2` is the step's
 * second time in a run. Answers the signal id.
 */
export async function requestInto(
  world: World,
  step: string,
  absence: Pick<Absence, 'begin'>,
  request: () => Promise<string>,
): Promise<string> {
  await world.crashHostAt(`activity-begin:${step}`);
  const died = world.hostExited();
  const requested = request();
  const { signal } = await died;
  if (signal !== 'SIGKILL') throw new Error(`the host did not die at step ${step}, but of ${signal}`);
  await absence.begin();
  await world.startHost();
  return requested;
}

/** What the status of an orchestration says that it waits for; empty where it says nothing. */
async function waitsOf(world: World, instance: string): Promise<string> {
  const path = `${world.hostUrl}/runtime/webhooks/durabletask/instances/${instance}`;
  const { customStatus } = (await (await fetch(path)).json()) as { customStatus?: { waits?: string } };
  return customStatus?.waits ?? '';
}

/** Looks until one of these orchestrations says that it waits for a service. */
export function untilOneWaits(world: World, instances: readonly string[]): Promise<string> {
  return throughOutages(async () => {
    const said = await Promise.all(instances.map((instance) => waitsOf(world, instance)));
    return said.find((text) => text.startsWith('Waits since '));
  }, limitMs);
}
