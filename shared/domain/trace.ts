/** What is kept of a trace, as the API tells it. */

/** What has a trace of its own (docs/observability.md). */
export const tracedKinds = ['signal', 'run', 'release'] as const;
export type TracedKind = (typeof tracedKinds)[number];

export interface TraceSpan {
  /** 16 hex digits. */
  readonly spanId: string;
  readonly name: string;
  /** How many of its ancestors are among the spans. */
  readonly depth: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Why it failed; empty where no reason is given; null: it did not. */
  readonly error: string | null;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** Ids of other traces that it links to. */
  readonly links: readonly string[];
}

export interface Trace {
  readonly kind: TracedKind;
  readonly id: string;
  /** 32 hex digits: the operation id in Application Insights. */
  readonly traceId: string;
  /** Whether the service can read traces at all (`RATCHET_TRACES`). */
  readonly isRead: boolean;
  /** Each after its parent, siblings by their start. Empty: nothing of it is kept. */
  readonly spans: readonly TraceSpan[];
  /** Whether there are more, which are left out. */
  readonly isCut: boolean;
}
