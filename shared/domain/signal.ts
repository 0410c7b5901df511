import type { BreachTest, Evidence } from './breach-test.ts';
import type { Json } from './json.ts';

/** What can ask for a run. */
export const signalKinds = ['drift', 'metric', 'data', 'schedule', 'absence', 'registry', 'manual'] as const;
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
  /** Who or what says so: `metrics-api`, `event-grid`, `person:jane`, `machine:function key`. */
  readonly source: string;
  /** A request that a machine made: it is automation's, whatever its kind. Absent: a person's, or no request. */
  readonly byMachine?: true;
  /** A request for a training of its own, whatever earlier one could be taken. Absent: an earlier one will do. */
  readonly fresh?: true;
  /** One sentence a person understands: `accuracy 0.871 is below 0.95 (n=214)`. */
  readonly summary: string;
  /** The numbers and names behind the summary. */
  readonly evidence: { readonly [key: string]: Json };
  /**
   * What the signal is about, the same every time it comes up: `metric:accuracy-low`, `alert:slow`. A recovery with
   * this cause withdraws what still waits for it. Absent: nothing recovers from it.
   */
  readonly cause?: string;
  /** The rule is looked at window by window, and asks when `breaches` of the last `of` were bad. Absent: 1 of 1. */
  readonly persistence?: { readonly breaches: number; readonly of: number };
  /** How sure the breach is, of a rule with a confidence. Absent: the value alone counts. */
  readonly test?: BreachTest;
  /** After which moment the change began that it tells of, where no windows of its cause say so (ISO 8601, UTC). */
  readonly changedAt?: string;
  /** Data that came with it; `rows` null where they were not counted. */
  readonly newData?: { readonly rows: number | null; readonly bytes: number };
}

/** The opposite of a signal: what was bad is good again. It starts nothing, and withdraws what waits. */
export interface Recovery {
  /** The same for every delivery; begins, as a signal's, with a word and the model: `recovery:spam-filter:…`. */
  readonly id: string;
  readonly model: string;
  /** As the signals have it that it withdraws. */
  readonly cause: string;
  /** When the good state was observed (ISO 8601, UTC), or null where nothing says so. */
  readonly observedAt: string | null;
  readonly source: string;
  /** What the value says of a fall, of a rule with a confidence; absent: nothing. */
  readonly evidence?: Evidence;
  /** One sentence a person understands: `accuracy 0.961 is not below 0.95 (n=214, window 2002-W36).` */
  readonly summary: string;
}

/** Whether a person stands behind a signal: a request of a machine is automation's, as every other event. */
export function isOfPerson({ kind, byMachine }: Pick<Signal, 'kind' | 'byMachine'>): boolean {
  return kind === 'registry' || (kind === 'manual' && !byMachine);
}
