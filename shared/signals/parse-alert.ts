/**
 * What an alert of Azure Monitor means for Ratchet.
 *
 * Owns: the common alert schema to facts, whatever kind of alert rule sent it. Does not own: acting on them, the numbers
 * in an alert (read-alert-conditions.ts).
 *
 * An alert is about every model that lists its rule under `triggers.alerts`, and about the one that its rule names as
 * `model`: metric rules put custom properties into `data.customProperties`, log rules into
 * `data.alertContext.properties`, Prometheus rules have annotations.
 *
 * Invariant: whatever is in an alert of the common schema, there is an answer, and no error. Budgets have neither rule
 * nor condition, and an action group cannot be told to leave them out.
 * Source: Azure Monitor common alert schema and its samples.
 */
import { z } from 'zod';
import type { PinnedModel } from '../config/schema.ts';
import { readIsoTime } from '../domain/iso-time.ts';
import type { Recovery, Signal } from '../domain/signal.ts';
import { type IgnoredFact, ignored, type Models, type RecoveryFact, type SignalFact } from './fact.ts';
import { describeCondition, readAlertConditions } from './read-alert-conditions.ts';
import { field, isRecord, text } from './read-event.ts';

const isCommonSchema =
  'expected "azureMonitorCommonAlertSchema": enable the common alert schema of the action';

export const AlertSchema = z.looseObject({
  schemaId: z.literal('azureMonitorCommonAlertSchema', isCommonSchema),
  data: z.looseObject({ essentials: z.looseObject({}) }),
});

type AlertBody = z.infer<typeof AlertSchema>;
type AlertFact = SignalFact | RecoveryFact | IgnoredFact;

/** What an alert says of itself; null where it does not. */
interface Alert {
  /** Azure Monitor keeps the id of an alert from its firing to its resolution, and repeats it in a redelivery. */
  readonly id: string | null;
  readonly fullId: string | null;
  readonly rule: string | null;
  readonly condition: string | null;
  readonly severity: string | null;
  /** ISO 8601, UTC. */
  readonly firedAt: string | null;
  readonly resolvedAt: string | null;
  /** The model that the rule names. */
  readonly model: string | null;
  readonly context: unknown;
}

const longestText = 500;

/** One fact for each model the alert is about; a single one that says why where there is none. */
export function parseAlert(body: AlertBody, models: Models): readonly AlertFact[] {
  const alert = readAlert(body);
  const { id, condition, rule } = alert;
  if (condition !== 'fired' && condition !== 'resolved') {
    const seen = condition === null ? 'has no monitorCondition, as those of budgets' : `is ${condition}`;
    const why = `the alert ${seen}; one that is fired or resolved means something to Ratchet`;
    return [ignored('alert condition', why, condition ?? 'none')];
  }
  if (id === null) {
    return [ignored('alert id', 'the alert has no alertId: it could not be told from its redelivery')];
  }
  const about = [...models.values()].filter(
    ({ config }) => config.model === alert.model || triggerOf(config, rule) !== undefined,
  );
  if (about.length === 0) return [ignored('alert rule', sayWhyOfNone(alert), rule ?? 'none')];
  return about.map((pinned) =>
    condition === 'fired'
      ? { type: 'signal', signal: firedSignal(alert, id, pinned.config), pinned }
      : { type: 'recovery', recovery: resolution(alert, id, pinned.config), pinned },
  );
}

/** What the sender is told of the facts that are no signals. */
export function notesOn(body: AlertBody, facts: readonly AlertFact[]): string[] {
  return facts.flatMap((fact) => {
    if (fact.type === 'signal') return [];
    if (fact.type === 'ignored') return [fact.why];
    const subject = `${nameOf(readAlert(body).rule)} is resolved for ${fact.recovery.model}`;
    return [`${subject}; that starts nothing, and withdraws what waits because of it`];
  });
}

function readAlert({ data }: AlertBody): Alert {
  const { essentials } = data;
  const read = (name: string): string | null => text(field(essentials, name))?.slice(0, longestText) ?? null;
  const context = field(data, 'alertContext');
  const status = isRecord(context) ? text(field(context, 'status'))?.toLowerCase() : undefined;
  // A health alert is fired whatever it tells, also when it tells of an end.
  const isHealth = /^(?:service|resource) ?health$/i.test(read('monitoringService') ?? '');
  const hasEnded = isHealth && status === 'resolved';
  const fullId = read('alertId');
  const firedAt = readIsoTime(read('firedDateTime'));
  return {
    id: fullId?.split('/').filter(Boolean).at(-1) ?? null,
    fullId,
    rule: read('alertRule'),
    condition: hasEnded ? 'resolved' : (read('monitorCondition')?.toLowerCase() ?? null),
    severity: read('severity'),
    firedAt,
    resolvedAt: readIsoTime(read('resolvedDateTime')) ?? (hasEnded ? firedAt : null),
    model: readModel(data, context),
    context,
  };
}

function readModel(data: Readonly<Record<string, unknown>>, context: unknown): string | null {
  const inContext = (name: string): unknown => (isRecord(context) ? field(context, name) : null);
  const places = [field(data, 'customProperties'), inContext('properties'), inContext('annotations')];
  return places.map((place) => (isRecord(place) ? text(field(place, 'model')) : null)).find(Boolean) ?? null;
}

function sayWhyOfNone({ rule, model }: Alert): string {
  const property = model === null ? 'has no custom property model' : `names model ${model.slice(0, 100)}`;
  return `no model file lists ${nameOf(rule)} under triggers.alerts, and the alert ${property}`;
}

function nameOf(rule: string | null): string {
  return rule === null ? 'an alert without a rule' : `alert rule ${rule}`;
}

function triggerOf({ triggers }: PinnedModel['config'], rule: string | null): string | undefined {
  return triggers.alerts.find((trigger) => trigger.rule.toLowerCase() === rule?.toLowerCase())?.name;
}

/** The same for the firing and the resolution, however the rule is found. */
function causeOf(config: PinnedModel['config'], rule: string | null): string {
  return `alert:${triggerOf(config, rule) ?? rule?.toLowerCase() ?? 'unnamed'}`;
}

function resolution({ rule, resolvedAt }: Alert, id: string, config: PinnedModel['config']): Recovery {
  return {
    id: `recovery:${config.model}:alert:${id}:${resolvedAt ?? 'undated'}`,
    model: config.model,
    cause: causeOf(config, rule),
    observedAt: resolvedAt,
    source: 'azure-monitor',
    summary: `${capital(nameOf(rule))} is resolved.`,
  };
}

function firedSignal(alert: Alert, id: string, config: PinnedModel['config']): Signal {
  const { fullId, rule, severity, firedAt } = alert;
  const conditions = readAlertConditions(alert.context);
  const [first] = conditions;
  const grade = severity === null ? '' : ` (${severity})`;
  return {
    id: `alert:${config.model}:${id}:fired:${firedAt ?? 'undated'}`,
    model: config.model,
    kind: 'metric',
    observedAt: firedAt,
    source: 'azure-monitor',
    summary: `${capital(nameOf(rule))} fired${grade}${first ? `: ${describeCondition(first)}` : ''}.`,
    evidence: { rule, trigger: triggerOf(config, rule) ?? null, alertId: fullId, severity, conditions },
    cause: causeOf(config, rule),
  };
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
