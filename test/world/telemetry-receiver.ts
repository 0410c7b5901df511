/** Takes what the application tells: as a collector does over OTLP/HTTP, and as Application Insights does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { makeCertificates } from '../../local/tls/certificates.ts';

type Attributes = Readonly<Record<string, unknown>>;

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Attributes;
  /** Of OpenTelemetry: 0 unset, 2 error. */
  readonly status: number;
}

interface ReceivedPoint {
  readonly metric: string;
  /** Of a histogram: the sum. */
  readonly value: number;
  readonly attributes: Attributes;
}

interface Envelope {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: { readonly baseType: string; readonly baseData: Readonly<Record<string, unknown>> };
}

export interface TelemetryReceiver {
  readonly url: string;
  /** Of the same over TLS, which Application Insights is never asked without; `caFile` is who is to be trusted for it. */
  readonly secureUrl: string;
  readonly caFile: string;
  readonly spans: readonly ReceivedSpan[];
  readonly points: readonly ReceivedPoint[];
  readonly envelopes: readonly Envelope[];
  /** All bodies as they came. */
  readonly bodies: readonly string[];
  /** How many requests are left without an answer. */
  readonly hanging: number;
  answer(): void;
  close(): void;
}

/** Leaves every request without an answer until it is told to `answer`. */
export async function openTelemetryReceiver(): Promise<TelemetryReceiver> {
  const spans: ReceivedSpan[] = [];
  const points: ReceivedPoint[] = [];
  const envelopes: Envelope[] = [];
  const bodies: string[] = [];
  let answers = false;
  let hanging = 0;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const raw = await buffer(request);
    if (!answers) {
      hanging++;
      return;
    }
    const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
    bodies.push(text);
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    if (path === '/v1/traces') spans.push(...spansOf(JSON.parse(text)));
    else if (path === '/v1/metrics') points.push(...pointsOf(JSON.parse(text)));
    const items = path.endsWith('/track') ? (JSON.parse(text) as Envelope[]) : [];
    envelopes.push(...items);
    const accepted = { itemsReceived: items.length, itemsAccepted: items.length, errors: [] };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(path.endsWith('/track') ? accepted : {}));
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    take(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
  };
  const { ca, cert, key } = makeCertificates(new Date());
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-telemetry-'));
  writeFileSync(join(folder, 'ca.pem'), ca);
  const servers = [createServer(listener), createTlsServer({ cert, key }, listener)] as const;
  const [port, securePort] = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as AddressInfo).port;
    }),
  );
  return {
    url: `http://127.0.0.1:${port}`,
    secureUrl: `https://127.0.0.1:${securePort}`,
    caFile: join(folder, 'ca.pem'),
    ...{ spans, points, envelopes, bodies },
    get hanging() {
      return hanging;
    },
    answer() {
      answers = true;
      // Whoever waits need not find out by itself.
      for (const server of servers) server.closeAllConnections();
    },
    close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
      rmSync(folder, { recursive: true });
    },
  };
}

interface OtlpAttribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface OtlpPoint {
  readonly attributes: readonly OtlpAttribute[];
  readonly asInt?: string | number;
  readonly asDouble?: number;
  readonly sum?: number;
}

const valuesOf = (attributes: readonly OtlpAttribute[] = []): Attributes =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

function spansOf({ resourceSpans = [] }: { resourceSpans?: readonly OtlpSpans[] }): ReceivedSpan[] {
  const all = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  return all.map(({ name, traceId, spanId, parentSpanId, links = [], attributes, status }) => ({
    ...{ name, traceId, spanId, parentSpanId, links, status: status?.code ?? 0 },
    attributes: valuesOf(attributes),
  }));
}

interface OtlpSpans {
  readonly scopeSpans: readonly {
    readonly spans: readonly {
      readonly name: string;
      readonly traceId: string;
      readonly spanId: string;
      readonly parentSpanId?: string;
      readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
      readonly attributes: readonly OtlpAttribute[];
      readonly status?: { readonly code?: number };
    }[];
  }[];
}

interface OtlpMetrics {
  readonly scopeMetrics: readonly {
    readonly metrics: readonly {
      readonly name: string;
      readonly sum?: { readonly dataPoints: readonly OtlpPoint[] };
      readonly gauge?: { readonly dataPoints: readonly OtlpPoint[] };
      readonly histogram?: { readonly dataPoints: readonly OtlpPoint[] };
    }[];
  }[];
}

function pointsOf({ resourceMetrics = [] }: { resourceMetrics?: readonly OtlpMetrics[] }): ReceivedPoint[] {
  const all = resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  return all.flatMap(({ name, sum, gauge, histogram }) =>
    (sum ?? gauge ?? histogram)!.dataPoints.map((point) => ({
      metric: name,
      value: Number(point.asInt ?? point.asDouble ?? point.sum),
      attributes: valuesOf(point.attributes),
    })),
  );
}
