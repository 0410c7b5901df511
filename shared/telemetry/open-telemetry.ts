/**
 * Sends what is told with the SDK of OpenTelemetry: over OTLP, to Application Insights, or to both.
 *
 * Owns: exporters, batches, and that a span has the ids it was given. Does not own: names and values (describe-fact.ts,
 * metric-catalog.ts). Loaded only where something is told.
 */
import {
  type Context,
  DiagLogLevel,
  diag,
  type Histogram,
  type Meter,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-base';
import { describeFact, keyOfFact, type ToldSpan } from './describe-fact.ts';
import { type Environment, openExporters } from './exporters.ts';
import type { Teller } from './fact.ts';
import { type Measure, type Metric, type MetricName, metrics } from './metric-catalog.ts';
import type { SpanIds } from './trace-ids.ts';

export async function openTelemetry(env: Environment, warn: (why: string) => void): Promise<Teller> {
  const silent = (): void => {};
  const error = (...said: unknown[]): void => warn(said.map(String).join(' '));
  const told = { error, warn: silent, info: silent, debug: silent, verbose: silent };
  diag.setLogger(told, { logLevel: DiagLogLevel.ERROR, suppressOverrideMessage: true });
  const exporters = await openExporters(env);
  const resource = resourceFromAttributes({
    'service.name': env['OTEL_SERVICE_NAME'] ?? env['WEBSITE_SITE_NAME'] ?? 'ratchet',
    ...(env['WEBSITE_INSTANCE_ID'] && { 'service.instance.id': env['WEBSITE_INSTANCE_ID'] }),
  }).merge(detectResources({ detectors: [envDetector] }));
  const ids = new GivenIds();
  const spans = new BasicTracerProvider({
    resource,
    idGenerator: ids,
    spanProcessors: exporters.map((each) => new BatchSpanProcessor(each.spans)),
  });
  const intervalMs = positive(env['OTEL_METRIC_EXPORT_INTERVAL']) ?? 60_000;
  const meters = new MeterProvider({
    resource,
    readers: exporters.map(
      (each) =>
        new PeriodicExportingMetricReader({
          exporter: each.metrics,
          exportIntervalMillis: intervalMs,
          exportTimeoutMillis: Math.min(intervalMs, 10_000),
          cardinalityLimits: { default: mostSeries },
        }),
    ),
  });
  const tracer = spans.getTracer('ratchet');
  const measure = recorder(meters.getMeter('ratchet'));
  const isNew = rememberKeys();
  return {
    take(fact) {
      if (!isNew(keyOfFact(fact))) return;
      const { spans: described, measures } = describeFact(fact);
      for (const each of described) emit(tracer, ids, each);
      for (const each of measures) measure(each);
    },
    async flush() {
      await Promise.all([spans.forceFlush(), meters.forceFlush()]);
    },
  };
}

/** Of one metric in one interval: ten thousand models, and what else divides them. */
const mostSeries = 30_000;

type Tracer = ReturnType<BasicTracerProvider['getTracer']>;

function emit(tracer: Tracer, ids: GivenIds, told: ToldSpan): void {
  const { name, parent, startMs, endMs, attributes, error } = told;
  const context: Context = parent ? trace.setSpanContext(ROOT_CONTEXT, contextOf(parent)) : ROOT_CONTEXT;
  ids.next = told.ids;
  const links = told.links.map((link) => ({ context: contextOf(link) }));
  const span = tracer.startSpan(name, { startTime: startMs, attributes, links, root: !parent }, context);
  ids.next = null;
  if (error !== '') span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  span.end(endMs);
}

function contextOf({ traceId, spanId }: SpanIds): SpanContext {
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

/** Gives the next span the ids that it is to have. */
class GivenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  next: SpanIds | null = null;
  generateTraceId = (): string => this.next?.traceId ?? this.#random.generateTraceId();
  generateSpanId = (): string => this.next?.spanId ?? this.#random.generateSpanId();
}

/** From a second to a month. */
const boundaries = [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400, 604_800, 2_592_000];

function recorder(meter: Meter): (measure: Measure) => void {
  const made = new Map<MetricName, (measure: Measure) => void>();
  const make = (name: MetricName): ((measure: Measure) => void) => {
    const { instrument, unit, description }: Metric = metrics[name];
    if (instrument === 'counter') {
      const counter = meter.createCounter(name, { unit, description });
      return ({ value, attributes }) => counter.add(value, attributes);
    }
    const recording: Pick<Histogram, 'record'> =
      instrument === 'gauge'
        ? meter.createGauge(name, { unit, description })
        : meter.createHistogram(name, {
            unit,
            description,
            advice: { explicitBucketBoundaries: boundaries },
          });
    return ({ value, attributes }) => recording.record(value, attributes);
  };
  return (measure) => {
    const record = made.get(measure.metric) ?? make(measure.metric);
    made.set(measure.metric, record);
    record(measure);
  };
}

/** Activities run at least once: what this process has told of late it does not tell again. */
function rememberKeys(): (key: string | null) => boolean {
  const known = new Set<string>();
  return (key) => {
    if (key === null) return true;
    if (known.has(key)) return false;
    if (known.size >= 1_000) known.clear();
    known.add(key);
    return true;
  };
}

function positive(text: string | undefined): number | null {
  const value = Number(text);
  return value > 0 ? value : null;
}
