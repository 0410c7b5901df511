import type { Json } from './json.ts';

/** What can ask for a run. */
export const signalKinds = ['drift', 'metric', 'data', 'schedule', 'registry', 'manual'] as const;
export type SignalKind = (typeof signalKinds)[number];

/**
 * A request, by an event, to look at a model. It decides nothing.
 *
 * `id` is the same for every delivery of the same fact: it names the orchestration that admits the signal, so a
 * redelivery starts nothing.
 */
export interface Signal {
  readonly id: string;
  readonly model: string;
  readonly kind: SignalKind;
  /** When the fact was observed (ISO 8601, UTC), or null where the event does not say. */
  readonly observedAt: string | null;
  /** Who or what says so: `metrics-api`, `event-grid`, `person:jane`. */
  readonly source: string;
  /** One sentence a person understands: `accuracy 0.871 is below 0.95 (n=214)`. */
  readonly summary: string;
  /** The numbers and names behind the summary. */
  readonly evidence: { readonly [key: string]: Json };
}
