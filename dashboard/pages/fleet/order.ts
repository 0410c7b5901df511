/** Which models are shown, and in which order. Pure. */
import type { ModelOverview, OverviewStateCode } from '../../../shared/domain/overview.ts';

export const columns = ['model', 'state', 'champion', 'health', 'decision', 'budget', 'next'] as const;
export type Column = (typeof columns)[number];

export const directions = ['up', 'down'] as const;
type Direction = (typeof directions)[number];

/** The most urgent first, as the service orders them. */
export const urgency: readonly OverviewStateCode[] = [
  ...(['broken', 'asks', 'unhealthy', 'stopped', 'frozen', 'off'] as const),
  ...(['running', 'releasing', 'waiting', 'new', 'idle'] as const),
];

const healthRank = { failed: 0, breached: 1, unknown: 2, fine: 3 } as const;

type Key = string | number | null;

const keys: Readonly<Record<Column, (of: ModelOverview) => Key>> = {
  model: ({ model }) => model,
  state: ({ state }) => urgency.indexOf(state.code),
  champion: ({ champion }) => champion?.since ?? null,
  health: ({ health }) => healthRank[health.verdict] ?? 4,
  decision: ({ lastDecision }) => lastDecision?.at ?? null,
  budget: ({ budget }) => (budget ? budget.leftHours / Math.max(budget.limitHours, 1e-9) : null),
  next: ({ nextSchedule }) => nextSchedule?.at ?? null,
};

/** What has no value comes last, whichever way; equals keep the order of their names. */
export function sortModels(
  models: readonly ModelOverview[],
  column: Column,
  direction: Direction,
): ModelOverview[] {
  const keyed = models.map((model) => ({ model, key: keys[column](model) }));
  const sign = direction === 'up' ? 1 : -1;
  keyed.sort((a, b) => {
    if (a.key === null || b.key === null) return a.key === b.key ? 0 : a.key === null ? 1 : -1;
    if (a.key !== b.key) return a.key < b.key ? -sign : sign;
    return 0;
  });
  return keyed.map(({ model }) => model);
}

interface Wanted {
  readonly text: string;
  /** Empty: all. */
  readonly state: string;
}

export function filterModels(models: readonly ModelOverview[], { text, state }: Wanted): ModelOverview[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return models.filter((model) => {
    if (state !== '' && model.state.code !== state) return false;
    return words.length === 0 || words.every((word) => textOf(model).includes(word));
  });
}

/** Put together once for each model, not at each key. */
const texts = new WeakMap<ModelOverview, string>();

function textOf(model: ModelOverview): string {
  const known = texts.get(model);
  if (known !== undefined) return known;
  const text = writeText(model);
  texts.set(model, text);
  return text;
}

function writeText({ model, description, state, lastDecision, waits, run, champion }: ModelOverview): string {
  return [
    ...[model, description, state.code, state.sentence, champion?.version, run?.runId],
    ...[lastDecision?.reason, lastDecision?.sentence],
    ...waits.map(({ sentence }) => sentence),
  ]
    .join(' ')
    .toLowerCase();
}

/** How many are in each state, the most urgent first; none is left out that has one. */
export function countStates(
  models: readonly ModelOverview[],
): readonly (readonly [OverviewStateCode, number])[] {
  const counts = new Map<OverviewStateCode, number>();
  for (const { state } of models) counts.set(state.code, (counts.get(state.code) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => urgency.indexOf(a) - urgency.indexOf(b));
}
