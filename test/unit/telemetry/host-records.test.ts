/**
 * How much the Functions host tells Application Insights of an execution and of a minute: docs/costs.md bounds both.
 *
 * The host is not here to be counted. Which records it writes is read from its sources, which the page names; how large they are is
 * measured as the exporter of Application Insights puts them into envelopes, with the longest names that this app has.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline';
import {
  AzureMonitorLogExporter,
  AzureMonitorMetricExporter,
  AzureMonitorTraceExporter,
} from '@azure/monitor-opentelemetry-exporter';
import { type Attributes, SpanKind } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const longest = (names: readonly string[]): string => names.reduce((a, b) => (b.length > a.length ? b : a));
const step = longest(readdirSync('orchestrations/activities').map((file) => file.replace(/\.ts$/, '')));
const guid = '03fc8197-70fe-445d-b10d-0e7432a451ac';
const instanceId = `release-${'m'.repeat(40)}-20260302-00000000-production`;
const resource = resourceFromAttributes({
  'service.name': 'func-ratchet-abcdefghijklm',
  'service.instance.id': guid,
});

let sent: string[];
const httpClient: HttpClient = {
  async sendRequest(request) {
    const body = Buffer.from(request.body as Uint8Array);
    sent.push(
      (request.headers.get('content-encoding') === 'gzip' ? gunzipSync(body) : body).toString('utf8'),
    );
    const bodyAsText = JSON.stringify({ itemsReceived: 1, itemsAccepted: 1, errors: [] });
    const headers = createHttpHeaders({ 'content-type': 'application/json' });
    return { request, status: 200, headers, bodyAsText };
  },
};
const options = {
  connectionString: `InstrumentationKey=${guid};IngestionEndpoint=https://eastus-8.in.applicationinsights.azure.com/`,
  disableOfflineStorage: true,
  httpClient,
};

beforeEach(() => {
  sent = [];
  vi.stubEnv('APPLICATION_INSIGHTS_NO_STATSBEAT', 'true');
  vi.stubEnv('APPLICATIONINSIGHTS_SDKSTATS_DISABLED', 'true');
});
afterEach(() => vi.unstubAllEnvs());

/** As Application Insights gets them before compression; without what this exporter adds to each batch of spans of its own accord. */
const envelopes = (): readonly string[] =>
  sent
    .flatMap((text) => JSON.parse(text) as unknown[])
    .map((each) => JSON.stringify(each))
    .filter((each) => !each.includes('"_OTELRESOURCE_"'));

/** The number in the second cell of a row. */
function documented(name: string): number {
  const row = new RegExp(`^\\| ${name} \\| ([\\d.]+) \\|`, 'm').exec(readFileSync('docs/costs.md', 'utf8'));
  if (!row) throw new Error(`docs/costs.md has no row ${name}`);
  return Number(row[1]);
}

async function tellSpans(
  spans: readonly { name: string; kind: SpanKind; attributes: Attributes }[],
): Promise<void> {
  const ended = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(ended)] });
  const tracer = provider.getTracer('host');
  for (const { name, ...rest } of spans) tracer.startSpan(name, rest).end();
  await provider.forceFlush();
  const exporter = new AzureMonitorTraceExporter(options);
  // A processor that is shut down does not wait for what it has handed on: here all of it is sent before the answer.
  await new Promise<void>((resolve) => void exporter.export(ended.getFinishedSpans(), () => resolve()));
}

async function tellLines(lines: readonly { body: string; attributes: Attributes }[]): Promise<void> {
  const exporter = new AzureMonitorLogExporter(options);
  const now: [number, number] = [1_772_409_600, 0];
  const records = lines.map(({ body, attributes }) => ({
    ...{ hrTime: now, hrTimeObserved: now, body, attributes, resource, severityNumber: 9 },
    spanContext: { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 },
    instrumentationScope: { name: `Function.${step}` },
    droppedAttributesCount: 0,
  }));
  await new Promise<void>((resolve) => void exporter.export(records, () => resolve()));
}

async function expectAsDocumented(row: string, count: number, tell: () => Promise<void>): Promise<void> {
  await tell();
  expect(envelopes()).toHaveLength(count);
  const kilobytes = envelopes().reduce((sum, { length }) => sum + length, 0) / 1_000;
  expect(kilobytes, row).toBeLessThanOrEqual(documented(row));
  expect(kilobytes, row).toBeGreaterThanOrEqual(documented(row) * 0.6);
}

it('three spans and three lines of an execution are no larger than the page says', async () => {
  const durable = {
    'durabletask.type': 'activity',
    'durabletask.task.name': step,
    'durabletask.task.instance_id': instanceId,
    'durabletask.task.execution_id': guid,
    'durabletask.task.task_id': 123,
  };
  const invocation = { 'faas.name': step, 'faas.trigger': 'other', 'faas.invocation_id': guid };
  const host = {
    ...invocation,
    'faas.instance': guid,
    'faas.coldstart': false,
    'az.namespace': 'Microsoft.ServiceBus',
  };
  const line = (template: string, body: string, more: Attributes = {}) => ({
    body,
    attributes: {
      ...{
        functionName: `Functions.${step}`,
        reason: '(null)',
        invocationId: guid,
        CategoryName: `Function.${step}`,
      },
      ...{ EventId: 1, EventName: 'FunctionStarted', '{OriginalFormat}': template, ...more },
    },
  });
  const details = {
    ...{ MessageId: guid, SequenceNumber: 123_456, DeliveryCount: 1, SessionId: 'storage' },
    ...{
      EnqueuedTimeUtc: '2026-03-02T00:00:00.0000000+00:00',
      LockedUntilUtc: '2026-03-02T00:05:00.0000000+00:00',
    },
  };
  await expectAsDocumented('execution', 6, async () => {
    await tellSpans([
      { name: step, kind: SpanKind.SERVER, attributes: host },
      { name: `activity:${step}`, kind: SpanKind.CLIENT, attributes: durable },
      { name: `activity:${step}`, kind: SpanKind.SERVER, attributes: durable },
    ]);
    await tellLines([
      line(
        "Executing '{functionName}' (Reason='{reason}', Id={invocationId})",
        `Executing 'Functions.${step}' (Reason='(null)', Id=${guid})`,
      ),
      line(
        "Executed '{functionName}' ({status}, Id={invocationId}, Duration={executionDuration}ms)",
        `Executed 'Functions.${step}' (Succeeded, Id=${guid}, Duration=1234ms)`,
        { status: 'Succeeded', executionDuration: 1_234 },
      ),
      line(
        `Trigger Details: ${Object.keys(details)
          .map((key) => `${key}: {${key}}`)
          .join(', ')}`,
        `Trigger Details: ${Object.entries(details)
          .map(([key, value]) => `${key}: ${value}`)
          .join(', ')}`,
        details,
      ),
    ]);
  });
});

it('a hundred points of metrics are no larger than the page says', async () => {
  await expectAsDocumented('minute of an instance', 100, async () => {
    const exporter = new AzureMonitorMetricExporter(options);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const meters = new MeterProvider({ resource, readers: [reader] });
    const counter = meters
      .getMeter('host')
      .createUpDownCounter('process.runtime.dotnet.gc.heap.fragmentation.size');
    for (let point = 0; point < 100; point++)
      counter.add(point, { generation: `gen${point}`, 'faas.name': step });
    await meters.shutdown();
  });
});
