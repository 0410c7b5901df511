/**
 * Keeps the spans that the application sends over OTLP/HTTP, in memory, and answers for them as Jaeger's query API v3 does.
 *
 * Owns: which spans are taken, and how many are kept. Does not own: the port (the control server has it), metrics and logs, which
 * nobody here looks at.
 *
 * Sources: OTLP specification (OTLP/HTTP request and response, partial success; JSON Protobuf encoding: ids in hex, 64-bit
 * numbers as text), Jaeger `cmd/query/app/apiv3`.
 *
 * Invariants
 * 1. Kept are at most `spansAtMost` spans and `bytesAtMost` of JSON; the traces that were longest without a span go first.
 * 2. A span that is sent again takes the place of the one before: an exporter that was not answered sends once more.
 */
import { z } from 'zod';
import { RequestError } from '../http/request-error.ts';

const spansAtMost = 50_000;
const bytesAtMost = 64 * 1024 * 1024;

const time = z.union([z.string().regex(/^\d{1,20}$/), z.int().min(0)]);
const SpanSchema = z.looseObject({
  traceId: z.string().regex(/^(?!0+$)[0-9a-fA-F]{32}$/),
  spanId: z.string().regex(/^(?!0+$)[0-9a-fA-F]{16}$/),
  parentSpanId: z
    .string()
    .regex(/^(?:[0-9a-fA-F]{16})?$/)
    .optional(),
  name: z.string().min(1),
  startTimeUnixNano: time,
  endTimeUnixNano: time,
});
const ExportSchema = z.looseObject({
  resourceSpans: z
    .array(
      z.looseObject({
        resource: z.unknown().optional(),
        scopeSpans: z.array(z.looseObject({ scope: z.unknown().optional(), spans: z.array(z.unknown()) })),
      }),
    )
    .default([]),
});

interface Kept {
  readonly bytes: number;
  /** As they were sent: with the resource and the scope around each. */
  readonly resource: unknown;
  readonly scope: unknown;
  readonly span: unknown;
}

export class TraceKeeper {
  readonly #most: { readonly spans: number; readonly bytes: number };
  /** By trace, the one with the latest span last. */
  readonly #traces = new Map<string, Map<string, Kept>>();
  #spans = 0;
  #bytes = 0;

  constructor(most = { spans: spansAtMost, bytes: bytesAtMost }) {
    this.#most = most;
  }

  /** The answer to an export. Throws a RequestError for what is no export. */
  take(body: unknown): object {
    const parsed = ExportSchema.safeParse(body);
    if (!parsed.success)
      throw new RequestError(
        400,
        `traces: expected an ExportTraceServiceRequest of OTLP as JSON: ${z.prettifyError(parsed.error)}`,
      );
    let rejectedSpans = 0;
    let errorMessage = '';
    for (const { resource, scopeSpans } of parsed.data.resourceSpans)
      for (const { scope, spans } of scopeSpans)
        for (const span of spans) {
          const read = SpanSchema.safeParse(span);
          if (read.success) this.#keep(read.data, { resource, scope, span });
          else {
            rejectedSpans++;
            errorMessage ||= z.prettifyError(read.error);
          }
        }
    this.#forget();
    return rejectedSpans === 0
      ? {}
      : { partialSuccess: { rejectedSpans: String(rejectedSpans), errorMessage } };
  }

  /** Null: nothing of it is kept. */
  find(traceId: string): object | null {
    const spans = this.#traces.get(traceId.toLowerCase());
    if (!spans) return null;
    const resourceSpans = [...spans.values()].map(({ resource, scope, span }) => ({
      resource: resource ?? {},
      scopeSpans: [{ scope: scope ?? {}, spans: [span] }],
    }));
    return { result: { resourceSpans } };
  }

  #keep({ traceId, spanId }: z.infer<typeof SpanSchema>, sent: Omit<Kept, 'bytes'>): void {
    const trace = traceId.toLowerCase();
    const spans = this.#traces.get(trace) ?? new Map<string, Kept>();
    this.#traces.delete(trace);
    this.#traces.set(trace, spans);
    this.#count(spans.get(spanId.toLowerCase()), -1);
    const kept = { ...sent, bytes: JSON.stringify(sent).length };
    spans.set(spanId.toLowerCase(), kept);
    this.#count(kept, 1);
  }

  #forget(): void {
    for (const [trace, spans] of this.#traces) {
      if (this.#spans <= this.#most.spans && this.#bytes <= this.#most.bytes) return;
      for (const kept of spans.values()) this.#count(kept, -1);
      this.#traces.delete(trace);
    }
  }

  #count(kept: Kept | undefined, sign: 1 | -1): void {
    if (!kept) return;
    this.#spans += sign;
    this.#bytes += sign * kept.bytes;
  }
}
