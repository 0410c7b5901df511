/**
 * Every metric the app emits: its instrument, unit, meaning and attributes. docs/observability.md lists them, and alert rules may
 * ask for nothing else (test/unit/infra/alerts.test.ts).
 *
 * Invariant: no attribute has more values than there are models. Ids of signals, runs and releases are on spans alone.
 */

export interface Metric {
  readonly instrument: 'counter' | 'histogram' | 'gauge';
  /** UCUM, as OpenTelemetry wants it. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** Attributes of metrics, each with its values. */
export const metricAttributes = {
  'ratchet.model': 'name of a model file',
  'ratchet.kind': 'kind of the signal, or of the run',
  'ratchet.outcome': 'as in the ledger',
  'ratchet.reason': 'reason code of the decision',
  'ratchet.repeated': 'whether it had come before',
  'ratchet.state': 'state of the release',
  'ratchet.step': 'name of the activity',
  'ratchet.result': '`refused`, `outage` or `bug`',
  'ratchet.what': '`approval`, `question`, `run`, `suggestion`, `break-glass` or `broken-file`',
  'ratchet.why': 'why a release asks a person',
  'ratchet.budget': '`fleet` or `model`',
} as const;
type Attribute = keyof typeof metricAttributes;

const metric = (
  instrument: Metric['instrument'],
  unit: string,
  attributes: readonly Attribute[],
  description: string,
): Metric => ({ instrument, unit, description, attributes });

export const metrics = {
  'ratchet.signals': metric(
    'counter',
    '{signal}',
    ['ratchet.model', 'ratchet.kind', 'ratchet.repeated'],
    'Signals that have come, redeliveries too.',
  ),
  'ratchet.decisions': metric(
    'counter',
    '{decision}',
    ['ratchet.model', 'ratchet.kind', 'ratchet.outcome', 'ratchet.reason'],
    'Answers to signals as they were recorded; a signal that waits is `deferred`, once for each reason, before its final answer.',
  ),
  'ratchet.decision.delay': metric(
    'histogram',
    's',
    ['ratchet.model', 'ratchet.kind', 'ratchet.outcome'],
    'From when a fact was observed (or, where the event does not say, its signal offered) to the final decision.',
  ),
  'ratchet.runs': metric(
    'counter',
    '{run}',
    ['ratchet.model', 'ratchet.kind', 'ratchet.outcome'],
    'Runs that have ended.',
  ),
  'ratchet.run.duration': metric(
    'histogram',
    's',
    ['ratchet.model', 'ratchet.kind', 'ratchet.outcome'],
    'How long they took.',
  ),
  'ratchet.releases': metric(
    'counter',
    '{release}',
    ['ratchet.model', 'ratchet.state'],
    'Releases that came to a state, final ones too.',
  ),
  'ratchet.steps.failed': metric(
    'counter',
    '{step}',
    ['ratchet.step', 'ratchet.result'],
    'Activities that did not do what they were asked: refused for good, an outage that is waited out, or a bug.',
  ),
  'ratchet.watchdog': metric('counter', '{scan}', [], 'Scans of the watchdog: the pulse of the service.'),
  'ratchet.inbox.items': metric(
    'gauge',
    '{item}',
    ['ratchet.what'],
    'What waits for a person, at each scan.',
  ),
  'ratchet.inbox.oldest.age': metric(
    'gauge',
    's',
    ['ratchet.what'],
    'How long the oldest of them has waited; 0 where none does.',
  ),
  'ratchet.run.age': metric('gauge', 's', ['ratchet.model'], 'How long the run under way has taken so far.'),
  'ratchet.releases.open': metric(
    'gauge',
    '{release}',
    ['ratchet.state'],
    'Releases that are not over, by what they are doing.',
  ),
  'ratchet.releases.asking': metric(
    'gauge',
    '{release}',
    ['ratchet.why'],
    'Releases that cannot go on without a person; `drifted`: somebody else has changed what the endpoint serves.',
  ),
  'ratchet.endpoints.drifted': metric(
    'gauge',
    '{endpoint}',
    ['ratchet.model'],
    '1 where somebody else has changed what the endpoint of a model serves, else 0.',
  ),
  'ratchet.budget.left': metric(
    'gauge',
    '1',
    ['ratchet.budget', 'ratchet.model'],
    'Share of the budget that the window has left, of the fleet and of each model that has one.',
  ),
  'ratchet.signals.waiting': metric('gauge', '{signal}', [], 'Signals that wait for their decision.'),
} as const satisfies Readonly<Record<string, Metric>>;
export type MetricName = keyof typeof metrics;

/** One value of a metric, with some of its attributes. */
export interface Measure {
  readonly metric: MetricName;
  readonly value: number;
  readonly attributes: Readonly<Partial<Record<Attribute, string | boolean>>>;
}
