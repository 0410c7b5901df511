import { rebuildFleet } from '../admission/rebuild-fleet.ts';
import { rebuildModel } from '../admission/rebuild-model.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import type { ModelFacts } from '../domain/model-facts.ts';
import type { ModelState } from '../domain/model-state.ts';
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

/** Whether the ledger has anything to make a state of. */
export async function isKnown(model: string): Promise<boolean> {
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
