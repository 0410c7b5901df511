/**
 * Registers a run's model under the next number of its registry.
 *
 * Azure ML numbers the versions of a model: a version is a positive integer, given to nobody in advance. What makes a
 * repeated registration the same one is the run in the version's tags.
 *
 * Owns: which number, and that a run has one version whatever is lost, repeated or done at once.
 * Does not own: how the registry is asked (model-registry.ts).
 *
 * Invariants
 * 1. A run has one version: however often, and by however many at once, it is registered, all are told the same.
 * 2. A version that is not this run's is never changed. Whoever was faster keeps the number, and the next is tried.
 * 3. The number is read before it is asked whether the run has a version: a registration that comes between the two is
 *    seen, or takes the very number that is then tried.
 */
import { runTag } from '../domain/lineage.ts';
import type { ModelVersion } from '../domain/run.ts';
import { RatchetError } from '../errors.ts';

export interface RegisteredVersion extends ModelVersion {
  readonly tags: Readonly<Record<string, string>>;
}

/** What is asked of a registry. Every call fails as an Azure client's does. */
export interface Registry {
  /** The number that the next version of a model would have. */
  readonly nextNumber: (name: string) => Promise<number>;
  /** The versions of a model with this tag, archived ones too. */
  readonly versionsWith: (name: string, tag: string, value: string) => Promise<readonly RegisteredVersion[]>;
  readonly find: (name: string, version: string) => Promise<RegisteredVersion | null>;
  /** Makes a version. Throws where the registry refuses to: there is one already, which is another. */
  readonly create: (version: RegisteredVersion, jobName: string) => Promise<void>;
}

/** So many others would have to be faster, one after the other. */
const triesAtMost = 20;

export async function registerVersion(
  registry: Registry,
  model: Pick<ModelVersion, 'name' | 'modelUri'>,
  jobName: string,
  tags: Readonly<Record<string, string>>,
): Promise<RegisteredVersion> {
  const { name } = model;
  const runId = tags[runTag] ?? '';
  for (let tries = 0; tries < triesAtMost; tries++) {
    const number = await registry.nextNumber(name);
    const known = await findOwn(registry, name, runId, number - 1);
    if (known) return known;
    const version = String(number);
    if (await registry.find(name, version)) continue;
    try {
      await registry.create({ ...model, version, tags }, jobName);
    } catch (error) {
      // The answer may be lost, and the number another's by now: what counts is what the registry has.
      const made = await findOwn(registry, name, runId, number);
      if (made) return made;
      if (await registry.find(name, version)) continue;
      throw error;
    }
    const made = await findOwn(registry, name, runId, number);
    if (made) return made;
  }
  throw new RatchetError(
    'azure-unavailable',
    `registering a version of model ${name} for run ${runId}: each of ${triesAtMost} numbers was taken by somebody else first`,
    { subject: { model: name, run: runId } },
  );
}

/** The run's version; of several, which only a registry that forgets could have, the first. */
async function findOwn(
  registry: Registry,
  name: string,
  runId: string,
  newest: number,
): Promise<RegisteredVersion | null> {
  const listed = await registry.versionsWith(name, runTag, runId);
  // A list may lag behind: the newest version is asked for by itself.
  const last = newest > 0 ? await registry.find(name, String(newest)) : null;
  const own = [...listed, ...(last ? [last] : [])].filter(({ tags }) => tags[runTag] === runId);
  return own.sort((a, b) => rankOf(a) - rankOf(b))[0] ?? null;
}

/** Versions of before versions were numbers come first. */
function rankOf({ version }: RegisteredVersion): number {
  return numberOf(version) ?? 0;
}

/** The number of a version, or null: registries of before this have versions that are texts. */
export function numberOf(version: string | null | undefined): number | null {
  return /^[1-9]\d{0,9}$/.test(version ?? '') ? Number(version) : null;
}
