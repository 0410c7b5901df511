/**
 * The lists of workspace and storage in which a fact shows that no event has told.
 *
 * Owns: what is asked of each, and that one which cannot be read keeps no other from being looked at.
 * Does not own: what is news (find-lost-events), what a fact's id is (shared/signals/lost-facts.ts).
 *
 * Invariants
 * 1. A list that could not be read is behind: the next scan looks at it from where it was looked at last.
 * 2. The first of a kind is read alone: where it is unavailable, or may not be read, no other of that kind is begun. A scan does not wait for
 *    each model.
 */
import type { EndedJob } from '../../shared/azure/describe-job.ts';
import { callsAtOnce, sideBySide } from '../../shared/domain/side-by-side.ts';
import { RatchetError } from '../../shared/errors.ts';
import { countsRows } from '../../shared/signals/data-signal.ts';
import type { Fact, Models } from '../../shared/signals/fact.ts';
import { rootTag } from '../../shared/signals/find-recovered.ts';
import { factsOfFile, factsOfRun, factsOfVersion } from '../../shared/signals/lost-facts.ts';
import { wiring } from '../../shared/wiring.ts';

const versionsAtMost = 100;
const stepsAtMost = 999;

/** From and to when a fact may be of; ISO 8601, UTC. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

interface List {
  /** `data of tiny`: for the log, and for the next scan to know it by. */
  readonly name: string;
  readonly kind: 'files' | 'versions' | 'jobs';
  read(window: Window): Promise<readonly Fact[]>;
}

interface ListedFacts {
  readonly facts: readonly Fact[];
  /** Names of the lists that could not be read. */
  readonly behind: readonly string[];
  /** Why, for a person: one line for each list that was asked in vain. */
  readonly troubles: readonly string[];
}

/** Reads every list, each over its own window. */
export async function readLists(models: Models, windowOf: (name: string) => Window): Promise<ListedFacts> {
  const troubles: string[] = [];
  const away = new Set<List['kind']>();
  const lists = listsOf(models);
  const read = new Map<List, readonly Fact[] | null>();
  const look = async (list: List): Promise<readonly Fact[] | null> => {
    if (away.has(list.kind)) return null;
    try {
      return await list.read(windowOf(list.name));
    } catch (error) {
      if (!(error instanceof RatchetError)) throw error;
      if (error.code === 'azure-unavailable') away.add(list.kind);
      troubles.push(`${list.name}: ${error.message}`);
      return null;
    }
  };
  // The first of a kind tells whether it is there to be asked.
  const firsts = new Map(lists.toReversed().map((list) => [list.kind, list]));
  for (const list of firsts.values()) read.set(list, await look(list));
  const others = lists.filter((list) => !read.has(list));
  await sideBySide(others, callsAtOnce, async (list) => read.set(list, await look(list)));
  return {
    facts: lists.flatMap((list) => read.get(list) ?? []),
    behind: lists.flatMap((list) => (read.get(list) === null ? [list.name] : [])),
    troubles,
  };
}

function listsOf(models: Models): readonly List[] {
  const all = [...models.values()];
  const files = all
    .filter(({ config: { triggers, policy } }) => triggers.data !== false || countsRows(policy))
    .map(listFiles);
  const versions = all
    .filter(({ config: { triggers } }) => triggers.registry)
    .map(({ config }) => listVersions(config.model, models));
  const listens = all.some(({ config: { triggers } }) => triggers.drift || triggers.runs.length > 0);
  return [...files, ...versions, ...(listens ? [listRuns(models)] : [])];
}

function listFiles(pinned: Models extends ReadonlyMap<string, infer Pinned> ? Pinned : never): List {
  const { data, model } = pinned.config;
  return {
    name: `data of ${model}`,
    kind: 'files',
    async read(window) {
      const files = await (await wiring.blobs()).list(data.path);
      return files.flatMap((file) => {
        const { uploadedAt = null } = file;
        return isWithin(uploadedAt, window) ? factsOfFile(file, uploadedAt, pinned) : [];
      });
    },
  };
}

function listVersions(name: string, models: Models): List {
  return {
    name: `versions of ${name}`,
    kind: 'versions',
    async read(window) {
      const { models: registry } = await wiring.workspace();
      const latest = await registry.latest(name, versionsAtMost);
      return latest.flatMap(({ createdAt = null, ...version }) =>
        isWithin(createdAt, window) ? factsOfVersion({ ...version, createdAt }, models) : [],
      );
    },
  };
}

function listRuns(models: Models): List {
  return {
    name: 'jobs',
    kind: 'jobs',
    async read(window) {
      const facts: Fact[] = [];
      for (const job of await (await wiring.workspace()).endedJobs(window.from)) {
        if (!isWithin(job.createdAt, window)) continue;
        const own = factsOfRun({ ...job, runId: job.jobName, isStep: isStep(job) }, models);
        const isMonitor = own.some(({ type }) => type === 'monitor-completed');
        facts.push(...own, ...(isMonitor ? await listSteps(job, models) : []));
      }
      return facts;
    },
  };
}

/** A list of jobs has no steps: those of a monitor's run are asked for by themselves. */
async function listSteps({ jobName, experiment }: EndedJob, models: Models): Promise<readonly Fact[]> {
  const tracking = await wiring.runsMetrics();
  const root = await tracking.findRun(jobName);
  if (root === null) return [];
  const filter = `tags.mlflow.rootRunId = '${jobName}'`;
  const steps = await tracking.searchRuns({ experimentId: root.experimentId, filter, limit: stepsAtMost });
  return steps
    .filter(({ runId }) => runId !== jobName)
    .flatMap(({ runId, tags, endedAt }) =>
      factsOfRun({ runId, experiment, status: 'Completed', isStep: true, tags, endedAt }, models),
    )
    .filter(({ type }) => type === 'signal');
}

function isStep({ jobName, tags }: EndedJob): boolean {
  return (tags[rootTag] ?? jobName) !== jobName;
}

export function isWithin(at: string | null, { from, to }: Window): boolean {
  return at !== null && at >= from && at <= to;
}
