import { rebuildFleet } from '../admission/rebuild-fleet.ts';
import { rebuildModel } from '../admission/rebuild-model.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import { mayBeKnown } from '../domain/listed-cards.ts';
import type { ModelFacts } from '../domain/model-facts.ts';
import type { ModelState } from '../domain/model-state.ts';
import { rowsAtOnce, sideBySide } from '../domain/side-by-side.ts';
import { readModelFacts, readOperations } from '../ledger/read-model-facts.ts';
import { wiring } from '../wiring.ts';

/**
 * A model's state as ledger and registry know it. `now`: ISO 8601, UTC; absent, where nobody has a clock to go by, it is
 * the time of the latest fact. Fails where ledger or registry cannot be asked.
 */
export async function readKnownState(model: string, now?: string): Promise<ModelState> {
  const [ledger, workspace, models] = await Promise.all([
    wiring.ledger(),
    wiring.workspace(),
    wiring.models(),
  ]);
  const facts = await readModelFacts(ledger, workspace.models, model);
  return rebuildModel(facts, models.get(model)?.config ?? null, now ?? latestOf(facts));
}

/** More runs than a fleet starts in a window of its budget. */
const fleetRunsAtMost = 1_000;

/** The same of the fleet's state. */
export async function readKnownFleet(now?: string): Promise<FleetState> {
  const [ledger, policy, models] = await Promise.all([wiring.ledger(), wiring.fleet(), wiring.models()]);
  const operations = await readOperations(ledger, null);
  const runs = policy?.budget ? (await ledger.listRuns({ limit: fleetRunsAtMost })).items : [];
  return rebuildFleet(
    { operations, runs, policy, models },
    now ?? latestOf({ runs, decisions: [], operations }),
  );
}

/** Those of these models of which the ledger may have anything: of ten thousand new ones, one list of cards tells that it has not. */
async function findNoted(models: readonly string[]): Promise<readonly string[]> {
  const names = [...models].sort();
  const [first, last] = [names[0], names.at(-1)];
  if (first === undefined || last === undefined) return [];
  const listed = await (await wiring.ledger()).cards.list(first, last);
  return names.filter((name) => mayBeKnown(name, listed));
}

/** Those of these models of which the ledger has anything to make a state of. */
export async function findKnown(models: readonly string[]): Promise<ReadonlySet<string>> {
  const noted = await findNoted(models);
  const known = await sideBySide(noted, rowsAtOnce, isKnown);
  return new Set(noted.filter((_, index) => known[index]));
}

/** The state of a model that has lost it, as it will be once somebody has it rebuilt; null: the ledger knows nothing of the model. */
export async function readLostState(model: string, now: string): Promise<ModelState | null> {
  return (await findKnown([model])).has(model) ? readKnownState(model, now) : null;
}

/** The same where there may be nothing but checks: they tell what has come, and nobody has the model rebuilt for them. */
export async function readNotedState(model: string, now: string): Promise<ModelState | null> {
  return (await findNoted([model])).length > 0 ? readKnownState(model, now) : null;
}

async function isKnown(model: string): Promise<boolean> {
  const ledger = await wiring.ledger();
  const pages = await Promise.all([
    ledger.listRuns({ model, limit: 1 }),
    ledger.listOperations({ model, limit: 1 }),
  ]);
  return pages.some(({ items }) => items.length > 0);
}

function latestOf({
  runs,
  decisions,
  operations,
}: Pick<ModelFacts, 'runs' | 'decisions' | 'operations'>): string {
  const times = [
    ...runs.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt ?? startedAt]),
    ...decisions.map(({ decidedAt }) => decidedAt),
    ...operations.map(({ at }) => at),
  ];
  return times.reduce((latest, at) => (at > latest ? at : latest), '1970-01-01T00:00:00.000Z');
}
