/**
 * What an alert of Azure Monitor means for Ratchet.
 *
 * Owns: the common alert schema to facts, whatever kind of alert rule sent it. Does not own: acting on them.
 *
 * An alert is about every model that lists its rule under `triggers.alerts`, and about the one that its rule names in
 * the custom property `model`. Metric rules put custom properties into `data.customProperties`, log rules into
 * `data.alertContext.properties`.
 * Source: Azure Monitor common alert schema; it has many kinds of conditions, so that none is taken for granted.
 */
import { z } from 'zod';
import type { PinnedModel } from '../config/schema.ts';
import type { Recovery, Signal } from '../domain/signal.ts';
import type { IgnoredFact, Models, RecoveryFact, SignalFact } from './fact.ts';
import { field, isRecord, text } from './read-event.ts';

const isCommonSchema =
  'expected "azureMonitorCommonAlertSchema": enable the common alert schema of the action';

export const AlertSchema = z.looseObject({
  schemaId: z.literal('azureMonitorCommonAlertSchema', isCommonSchema),
  data: z.looseObject({
    essentials: z.looseObject({
      alertId: z.string().min(1).max(500),
      alertRule: z.string().min(1).max(500),
      monitorCondition: z.string().min(1).max(50),
      severity: z.string().max(50).nullish(),
      firedDateTime: z.string().max(50).nullish(),
      resolvedDateTime: z.string().max(50).nullish(),
    }),
  }),
});

export type Alert = z.infer<typeof AlertSchema>;

/** An alert rule has at most five criteria; a payload with more is cut. */
const conditionsAtMost = 5;
const longestText = 500;
const longestLink = 2000;

/** One fact for each model the alert is about; a single one that says why where there is none. */
export function parseAlert(
  alert: Alert,
  models: Models,
): readonly (SignalFact | RecoveryFact | IgnoredFact)[] {
  const { alertRule: rule, monitorCondition } = alert.data.essentials;
  const condition = monitorCondition.toLowerCase();
  if (condition !== 'fired' && condition !== 'resolved') {
    return [{ type: 'ignored', why: `condition ${monitorCondition} means nothing to Ratchet` }];
  }
  const named = namedModel(alert);
  const about = [...models.values()].filter(
    ({ config }) => config.model === named || triggerOf(config, rule) !== undefined,
  );
  if (about.length === 0) {
    const note = `no model file lists alert rule ${rule} under triggers.alerts`;
    const property = named === null ? 'has no custom property model' : `names model ${named.slice(0, 100)}`;
    return [{ type: 'ignored', why: `${note}, and the alert ${property}` }];
  }
  return about.map((pinned) =>
    condition === 'fired'
      ? { type: 'signal', signal: firedSignal(alert, pinned.config), pinned }
      : { type: 'recovery', recovery: resolution(alert, pinned.config), pinned },
  );
}

/** What the sender is told of the facts that are no signals. */
export function notesOn(alert: Alert, facts: readonly (SignalFact | RecoveryFact | IgnoredFact)[]): string[] {
  return facts.flatMap((fact) => {
    if (fact.type === 'signal') return [];
    if (fact.type === 'ignored') return [fact.why];
    const subject = `alert rule ${alert.data.essentials.alertRule} is resolved for ${fact.recovery.model}`;
    return [`${subject}; that starts nothing, and withdraws what waits because of it`];
  });
}

function namedModel({ data }: Alert): string | null {
  const context = field(data, 'alertContext');
  const places = [field(data, 'customProperties'), isRecord(context) ? field(context, 'properties') : null];
  return places.map((place) => (isRecord(place) ? text(field(place, 'model')) : null)).find(Boolean) ?? null;
}

function triggerOf({ triggers }: PinnedModel['config'], rule: string): string | undefined {
  return triggers.alerts.find((trigger) => trigger.rule.toLowerCase() === rule.toLowerCase())?.name;
}

/** The same for the firing and the resolution, however the rule is found. */
function causeOf(config: PinnedModel['config'], rule: string): string {
  return `alert:${triggerOf(config, rule) ?? rule.toLowerCase()}`;
}

/** Azure Monitor keeps the id of an alert from its firing to its resolution, and repeats it in a redelivery. */
function idOf({ data }: Alert): string {
  return data.essentials.alertId.split('/').filter(Boolean).at(-1) ?? '';
}

function readTime(time: string | null | undefined): string | null {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

function resolution(alert: Alert, config: PinnedModel['config']): Recovery {
  const { alertRule, resolvedDateTime } = alert.data.essentials;
  const resolvedAt = readTime(resolvedDateTime);
  return {
    id: `recovery:${config.model}:alert:${idOf(alert)}:${resolvedAt ?? 'undated'}`,
    model: config.model,
    cause: causeOf(config, alertRule),
    observedAt: resolvedAt,
    source: 'azure-monitor',
    summary: `Alert rule ${alertRule} is resolved.`,
  };
}

function firedSignal(alert: Alert, config: PinnedModel['config']): Signal {
  const { alertId, alertRule, severity, firedDateTime } = alert.data.essentials;
  const firedAt = readTime(firedDateTime);
  const conditions = readConditions(alert);
  const first = conditions[0];
  return {
    id: `alert:${config.model}:${idOf(alert)}:fired:${firedAt ?? 'undated'}`,
    model: config.model,
    kind: 'metric',
    observedAt: firedAt,
    source: 'azure-monitor',
    summary: `Alert rule ${alertRule} fired${severity ? ` (${severity})` : ''}${first ? `: ${describe(first)}` : ''}.`,
    evidence: {
      rule: alertRule,
      trigger: triggerOf(config, alertRule) ?? null,
      alertId,
      severity: severity ?? null,
      conditions,
    },
    cause: causeOf(config, alertRule),
  };
}

/** A type, so that it is JSON. */
type Condition = {
  readonly metric: string | null;
  readonly aggregation: string | null;
  readonly operator: string | null;
  /** A number where it reads as one: the wire has a string. Null in dynamic thresholds. */
  readonly threshold: number | string | null;
  readonly value: number | null;
  readonly dimensions: { readonly [name: string]: string };
  /** Pages with the query's rows: a log alert embeds none. */
  readonly links: readonly string[];
};

function readConditions({ data }: Alert): readonly Condition[] {
  const context = field(data, 'alertContext');
  const condition = isRecord(context) ? field(context, 'condition') : null;
  const allOf = isRecord(condition) ? field(condition, 'allOf') : null;
  if (!Array.isArray(allOf)) return [];
  return allOf.filter(isRecord).slice(0, conditionsAtMost).map(readCondition);
}

function readCondition(raw: Readonly<Record<string, unknown>>): Condition {
  const value = readNumber(field(raw, 'metricValue'));
  return {
    metric: short(field(raw, 'metricName')) ?? short(field(raw, 'metricMeasureColumn')),
    aggregation: short(field(raw, 'timeAggregation')),
    operator: short(field(raw, 'operator')),
    threshold: readNumber(field(raw, 'threshold')),
    value: typeof value === 'number' ? value : null,
    dimensions: readDimensions(field(raw, 'dimensions')),
    links: ['linkToSearchResultsUI', 'linkToFilteredSearchResultsUI']
      .map((name) => text(field(raw, name)))
      .filter((link) => link !== null && /^https:\/\//i.test(link) && link.length <= longestLink)
      .map(String),
  };
}

function readDimensions(raw: unknown): { [name: string]: string } {
  if (!Array.isArray(raw)) return {};
  const pairs = raw.filter(isRecord).flatMap((dimension): [string, string][] => {
    const [name, value] = [short(field(dimension, 'name')), short(field(dimension, 'value'))];
    return name === null || value === null ? [] : [[name, value]];
  });
  return Object.fromEntries(pairs.slice(0, 20));
}

/** A finite number, or a text that is one; another text stays as it is. */
function readNumber(raw: unknown): number | string | null {
  const written = short(raw)?.trim() ?? '';
  if (written === '') return null;
  const number = Number(written);
  return Number.isFinite(number) ? number : written;
}

function short(raw: unknown): string | null {
  return text(raw)?.slice(0, longestText) ?? null;
}

const operators: Readonly<Record<string, string>> = {
  greaterthan: 'is above',
  greaterthanorequal: 'is at or above',
  lessthan: 'is below',
  lowerthan: 'is below',
  lessthanorequal: 'is at or below',
  lowerthanorequal: 'is at or below',
  equal: 'equals',
  equals: 'equals',
};

function describe({ metric, aggregation, operator, threshold, value }: Condition): string {
  const what = [aggregation, metric ?? 'value'].filter(Boolean).join(' ');
  const relation = operator === null ? 'against' : (operators[operator.toLowerCase()] ?? operator);
  const limit = threshold === null ? 'its dynamic threshold' : String(threshold);
  return `${what} ${value ?? 'without a value'} ${relation} ${limit}`;
}
