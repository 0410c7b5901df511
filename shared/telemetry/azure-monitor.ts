/** Sends spans and metrics to Application Insights, with the connection string the platform gives every function app. */
import { AzureMonitorMetricExporter, AzureMonitorTraceExporter } from '@azure/monitor-opentelemetry-exporter';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';

type Environment = Readonly<Record<string, string | undefined>>;

export async function openAzureMonitor(env: Environment) {
  // Neither figures about itself to its makers, nor files on a disk that an instance does not keep.
  process.env['APPLICATION_INSIGHTS_NO_STATSBEAT'] ??= 'true';
  process.env['APPLICATIONINSIGHTS_SDKSTATS_DISABLED'] ??= 'true';
  const credential = await openCredential(env);
  const connectionString = env['APPLICATIONINSIGHTS_CONNECTION_STRING']?.trim() ?? '';
  const options = { connectionString, disableOfflineStorage: true, ...(credential && { credential }) };
  return {
    spans: cutOld(new AzureMonitorTraceExporter(options), Date.now),
    metrics: new AzureMonitorMetricExporter(options),
  };
}

/** The setting by which the Functions host uses an identity: `ClientId=GUID;Authorization=AAD`. */
async function openCredential(env: Environment) {
  const text = env['APPLICATIONINSIGHTS_AUTHENTICATION_STRING'] ?? '';
  if (!/Authorization=AAD/i.test(text)) return null;
  const managedIdentityClientId = /ClientId=([\da-f-]{36})/i.exec(text)?.[1] ?? env['AZURE_CLIENT_ID'];
  const { DefaultAzureCredential } = await import('@azure/identity');
  return new DefaultAzureCredential(managedIdentityClientId ? { managedIdentityClientId } : {});
}

/** What is older than 48 hours is refused on arrival; what began before that is said to have begun then. */
const oldestMs = 47 * 3_600_000;

export function cutOld(exporter: SpanExporter, now: () => number): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(
        spans.map((span) => cut(span, now() - oldestMs)),
        done,
      ),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function cut(span: ReadableSpan, sinceMs: number): ReadableSpan {
  const [seconds] = span.startTime;
  if (seconds * 1_000 >= sinceMs) return span;
  const startTime = [Math.floor(sinceMs / 1_000), 0] as [number, number];
  const [endSeconds, nanos] = span.endTime;
  const isOver = endSeconds < startTime[0];
  return Object.create(span, {
    startTime: { value: startTime },
    endTime: { value: isOver ? startTime : span.endTime },
    duration: { value: isOver ? [0, 0] : [endSeconds - startTime[0], nanos] },
    attributes: {
      value: { ...span.attributes, 'ratchet.started_at': new Date(seconds * 1_000).toISOString() },
    },
  });
}
