import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { AggregationTemporality, type PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

export type Environment = Readonly<Record<string, string | undefined>>;

interface Exporters {
  readonly spans: SpanExporter;
  readonly metrics: PushMetricExporter;
}

/** One for each of the two settings; the exporters read those of the standard, such as headers and timeouts, themselves. */
export async function openExporters(env: Environment): Promise<readonly Exporters[]> {
  const exporters: Exporters[] = [];
  if (env['OTEL_EXPORTER_OTLP_ENDPOINT']?.trim()) {
    // Instances come and go: each sends what was new in its interval, unless whoever receives it wants sums.
    const isChosen = env['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE']?.trim();
    const options = isChosen ? {} : { temporalityPreference: AggregationTemporality.DELTA };
    exporters.push({ spans: new OTLPTraceExporter(), metrics: new OTLPMetricExporter(options) });
  }
  if (env['APPLICATIONINSIGHTS_CONNECTION_STRING']?.trim()) {
    const { openAzureMonitor } = await import('./azure-monitor.ts');
    exporters.push(await openAzureMonitor(env));
  }
  return exporters;
}
