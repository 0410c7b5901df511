/**
 * What admission is asked, and what it answers.
 *
 * One answer takes shape in steps. A rule gives a `PolicyAnswer`; `decideAdmission` completes it to an `AdmissionResult`;
 * the model's entity keeps the state of that and hands out the rest, as an `OfferAnswer`; admit-signal writes its
 * `Admission` with the signal into the ledger, as a `Decision`. An answer to a signal that sleeps waits in the state, as a
 * `PendingDecision`; of each final one a `RememberedSignal` stays there.
 */
import type { DataTrigger, Policy } from '../config/schema.ts';
import type { Composite } from '../domain/composite.ts';
import type { Admission } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { Signal } from '../domain/signal.ts';
import type { AlarmJudgement } from './alarms.ts';

export interface Offer {
  readonly signal: Pick<Signal, 'id' | 'kind'> &
    Partial<
      Pick<
        Signal,
        'byMachine' | 'fresh' | 'cause' | 'persistence' | 'test' | 'changedAt' | 'newData' | 'observedAt'
      >
    >;
  /** What it counts for of that which absences are of; absent: for nothing. */
  readonly came?: readonly string[];
  /** Of an absence that requests no run: what it tells. */
  readonly tells?: string;
  /** What its rule is a part of, and asks with; absent: it asks by itself. */
  readonly composites?: readonly Composite[];
  /** Id of the run this signal would start. */
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly now: string;
  readonly policy: Policy;
  /** What the run may take at most, in hours of jobs; counted only against a budget. */
  readonly estimateHours?: number;
  /** Of a data signal: whether data asks for runs, and from how much on. */
  readonly data?: DataTrigger;
  /** The fleet's answer, once it was asked. */
  readonly grant?: Grant;
}

/** Whether the fleet has a place for the run. */
export type Grant =
  | { readonly granted: true }
  | {
      readonly granted: false;
      readonly reason: 'fleet' | 'stopped';
      readonly because: string;
      readonly changedBy: string;
      /** When to ask again (ISO 8601, UTC). */
      readonly until: string;
    };

/** What is to be kept, recorded and done about one offer. */
export interface AdmissionResult {
  readonly admission: Admission;
  readonly state: ModelState;
  /** Whether the signal had been answered for good before: nothing is to be recorded again. */
  readonly repeated: boolean;
  /** Signals that sleep and are to be offered again at once. */
  readonly wake: readonly string[];
  /** The run that is to be cancelled for this signal. */
  readonly cancelRunId: string | null;
}

/** Nothing but the fleet may block the signal: it is to be offered again with the fleet's answer. Nothing is kept. */
export interface NeedsGrant {
  readonly needsGrant: true;
}

/** An offer with everything about it that rules ask for. */
export interface Question extends Offer {
  /** Whether a person asks, or has approved. */
  readonly byPerson: boolean;
  readonly isNew: boolean;
  /** Of a breach that is tested: whether it raises an alarm; null: it is none. */
  readonly alarm: AlarmJudgement | null;
  /** Whether the signal is the one that waits for its group. */
  readonly isLeader: boolean;
}

/** What a rule of the policy answers. */
export interface PolicyAnswer {
  readonly admission: Admission;
  readonly state: ModelState;
  readonly wake?: readonly string[];
  readonly cancelRunId?: string;
}
