/**
 * Reads what a model's state can be made anew from: its runs, decisions and operations in the ledger, and the versions in the
 * registry.
 *
 * Invariant: it answers whole or fails. A ledger or a registry that cannot be asked is no ledger that knows nothing.
 */
import type { ModelRegistry } from '../azure/model-registry.ts';
import type { Decision } from '../domain/decision.ts';
import { runTag } from '../domain/lineage.ts';
import type { ModelFacts } from '../domain/model-facts.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import type { Ledger } from './ledger.ts';
import type { Page } from './read-newest.ts';

/** As many starts as a rate may count (`mostRuns.count`), and as many answers as a state remembers. */
const runsAtLeast = 100;
const decisionsAtMost = 100;
/** Versions are looked through from the latest; so many registered by hand in a row hide what our runs made. */
const versionsAtMost = 200;

export async function readModelFacts(
  ledger: Ledger,
  registry: ModelRegistry,
  model: string,
): Promise<ModelFacts> {
  const [runs, releases, decisions, deferred, operations, card, versions] = await Promise.all([
    readRuns(ledger, model),
    readReleases(ledger, model),
    ledger.listDecisions({ model, limit: decisionsAtMost }),
    readDeferred(ledger, model),
    readOperations(ledger, model),
    ledger.cards.get(model),
    registry.latest(model, versionsAtMost),
  ]);
  const own = versions.find(({ tags }) => tags[runTag] !== undefined);
  return {
    model,
    runs,
    releases,
    decisions: decisions.items,
    deferred,
    operations,
    checks: card.checks,
    registered: own
      ? { name: own.name, version: own.version, modelUri: own.modelUri, runId: own.tags[runTag]! }
      : null,
  };
}

/** As far back as the latest release, however many runs have released nothing since. */
function readRuns(ledger: Ledger, model: string): Promise<readonly Run[]> {
  return readUntil(
    (continuation) => ledger.listRuns({ model, limit: runsAtLeast, continuation }),
    (runs) => runs.some(({ released }) => released),
  );
}

/** As far back as the latest whose version serves. */
function readReleases(ledger: Ledger, model: string): Promise<readonly ReleaseRow[]> {
  return readUntil(
    (continuation) => ledger.listReleases({ model, limit: runsAtLeast, continuation }),
    (releases) => releases.some(({ isChampion }) => isChampion),
  );
}

/** All of them: nothing that waits may be forgotten. */
function readDeferred(ledger: Ledger, model: string): Promise<readonly Decision[]> {
  return readUntil(
    (continuation) => ledger.listDecisions({ model, outcome: 'deferred', limit: 1_000, continuation }),
    () => false,
  );
}

/** As far back as what is in force can have been said: the latest mode, and the latest end of all freezes. */
export async function readOperations(ledger: Ledger, model: string | null): Promise<readonly Operation[]> {
  const last: readonly string[] = model === null ? ['stop', 'resume'] : ['set-mode', 'thaw'];
  const all = await readUntil(
    (continuation) => ledger.listOperations({ model, limit: 200, continuation }),
    (operations) => {
      const done = new Set(operations.filter((each) => each.done).map(({ action }) => action.action));
      return last.every((action) => done.has(action as never));
    },
  );
  return all.filter(({ done }) => done);
}

async function readUntil<T>(
  read: (continuation: string | undefined) => Promise<Page<T>>,
  isEnough: (items: readonly T[]) => boolean,
): Promise<readonly T[]> {
  const items: T[] = [];
  for (let continuation: string | null | undefined; continuation !== null; ) {
    const page: Page<T> = await read(continuation);
    items.push(...page.items);
    if (isEnough(items)) break;
    continuation = page.continuation;
  }
  return items;
}
