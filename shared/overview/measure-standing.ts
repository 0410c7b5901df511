/**
 * How everything stands, in numbers: what waits for people and how long, what runs, what a budget has left. Read once in a scan of
 * the watchdog, where anybody is told.
 */
import { functionKey } from '../access/visitor.ts';
import { sumHours } from '../admission/budget.ts';
import { parseDurationMs } from '../config/duration.ts';
import { limitHours } from '../config/estimate.ts';
import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { Budget } from '../config/policy-schema.ts';
import type { PinnedModel } from '../config/schema.ts';
import { fleetEntity, targetEntity, targetKey } from '../domain/durable-names.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import type { InboxItem } from '../domain/inbox.ts';
import type { ModelCard } from '../domain/model-card.ts';
import type { Spent } from '../domain/model-state.ts';
import { rowsAtOnce, sideBySide } from '../domain/side-by-side.ts';
import type { TargetState } from '../release/transitions/state.ts';
import type { Fact } from '../telemetry/fact.ts';
import type { Measure } from '../telemetry/metric-catalog.ts';
import { wiring } from '../wiring.ts';
import { readInbox } from './read-inbox.ts';
import { type EntityReader, readStates } from './read-states.ts';

type Client = Parameters<typeof readInbox>[0] & EntityReader;

export async function measureStanding(client: Client): Promise<Fact> {
  const [ledger, models, policy] = await Promise.all([wiring.ledger(), wiring.models(), wiring.fleet()]);
  const [{ at, items }, { cards }] = await Promise.all([
    readInbox(client, functionKey),
    ledger.cards.list('', 'z'.repeat(50)),
  ]);
  const [budgets, endpoints] = await Promise.all([
    measureBudgets(client, models, policy, at),
    measureEndpoints(client, models),
  ]);
  const pulse: Measure = { metric: 'ratchet.watchdog', value: 1, attributes: {} };
  const measures = [pulse, ...measureInbox(items, at), ...measureCards(cards, at), ...endpoints, ...budgets];
  return { what: 'standing', at, measures };
}

const kindsOfItems = ['approval', 'question', 'run', 'suggestion', 'break-glass', 'broken-file'] as const;

export function measureInbox(items: readonly InboxItem[], at: string): readonly Measure[] {
  const whys = items.flatMap((item) => (item.what === 'question' ? [item.why] : []));
  const asking = [...countOf(whys)].map(
    ([why, value]): Measure => ({
      metric: 'ratchet.releases.asking',
      value,
      attributes: { 'ratchet.why': why },
    }),
  );
  const waiting = kindsOfItems.flatMap((what): Measure[] => {
    const these = items.filter((item) => item.what === what);
    const attributes = { 'ratchet.what': what };
    const ages = these.map(({ since }) => (since === null ? 0 : secondsSince(since, at)));
    return [
      { metric: 'ratchet.inbox.items', value: these.length, attributes },
      { metric: 'ratchet.inbox.oldest.age', value: Math.max(0, ...ages), attributes },
    ];
  });
  return [...waiting, ...asking];
}

export function measureCards(cards: ReadonlyMap<string, ModelCard>, at: string): readonly Measure[] {
  const all = [...cards.values()];
  const running = [...cards].flatMap(([model, { run }]): Measure[] => {
    if (run === null || run.endedAt !== null) return [];
    const attributes = { 'ratchet.model': model };
    return [{ metric: 'ratchet.run.age', value: secondsSince(run.startedAt, at), attributes }];
  });
  const open = all.flatMap(({ releases }) => releases.filter(({ endedAt }) => endedAt === null));
  const states = [...countOf(open.map(({ state }) => state))].map(
    ([state, value]): Measure => ({
      metric: 'ratchet.releases.open',
      value,
      attributes: { 'ratchet.state': state },
    }),
  );
  const value = all.reduce((sum, { waiting }) => sum + waiting.length, 0);
  return [...running, ...states, { metric: 'ratchet.signals.waiting', value, attributes: {} }];
}

async function measureEndpoints(
  client: EntityReader,
  models: ReadonlyMap<string, PinnedModel>,
): Promise<readonly Measure[]> {
  const measured = await sideBySide(models, rowsAtOnce, async ([model, { config }]): Promise<Measure[]> => {
    const { target } = config.release;
    if (!target) return [];
    const entity = { name: targetEntity, key: targetKey(target) };
    const { entityState } = await client.readEntityState<TargetState>(entity);
    return entityState ? [measureEndpoint(model, entityState)] : [];
  });
  return measured.flat();
}

export function measureEndpoint(
  model: string,
  { drift, release }: Pick<TargetState, 'drift' | 'release'>,
): Measure {
  const isDrifted = drift !== undefined || release?.asks?.why === 'drifted';
  return {
    metric: 'ratchet.endpoints.drifted',
    value: Number(isDrifted),
    attributes: { 'ratchet.model': model },
  };
}

async function measureBudgets(
  client: EntityReader,
  models: ReadonlyMap<string, PinnedModel>,
  policy: FleetPolicy | null,
  at: string,
): Promise<readonly Measure[]> {
  const limited = [...models].flatMap(([model, { config }]) =>
    config.policy.budget ? [[model, config.policy.budget] as const] : [],
  );
  const states = await readStates(
    client,
    limited.map(([model]) => model),
  );
  const measures = limited.map(([model, budget]) =>
    measureBudget(states.get(model)?.spent ?? [], budget, at, {
      'ratchet.budget': 'model',
      'ratchet.model': model,
    }),
  );
  if (!policy?.budget) return measures;
  const fleet = await client.readEntityState<FleetState>({ name: fleetEntity, key: 'fleet' });
  const spent = fleet.entityState?.spent ?? [];
  return [...measures, measureBudget(spent, policy.budget, at, { 'ratchet.budget': 'fleet' })];
}

export function measureBudget(
  spent: readonly Spent[],
  budget: Pick<Budget, 'window' | 'computeHours' | 'money' | 'pricePerHour'>,
  at: string,
  attributes: Measure['attributes'],
): Measure {
  const since = Date.parse(at) - (parseDurationMs(budget.window) ?? 0);
  const used = sumHours(spent.filter((each) => Date.parse(each.at) > since));
  const limit = limitHours(budget);
  const value = limit > 0 ? Math.max(0, 1 - used / limit) : 0;
  return { metric: 'ratchet.budget.left', value, attributes };
}

function countOf(texts: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

function secondsSince(since: string, at: string): number {
  return Math.max(0, (Date.parse(at) - Date.parse(since)) / 1_000);
}
