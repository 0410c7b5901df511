/**
 * The entities: one for each model, and one for the fleet; each serial by construction. They keep the state and apply
 * the policy; the policy itself is shared/admission.
 *
 * Invariant: an operation never throws. A thrown Error would reach its caller as "[object Object]".
 */

import type { Policy } from '../config/schema.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import type { InconclusiveAnswer, ModelState } from '../domain/model-state.ts';
import type { FleetAction, ModelAction } from '../domain/operation.ts';
import type { KeptChallenger, ModelVersion } from '../domain/run.ts';
import type { Crowning } from './crown-champion.ts';
import type { PlaceRequest } from './fleet.ts';
import type { RebuiltChange } from './merge-rebuilt.ts';
import type { OperatorWord } from './operate.ts';
import type { Operated } from './operated.ts';
import type { AdmissionResult, Grant, NeedsGrant, Offer } from './question.ts';
import type { Settled, Settlement } from './settle-run.ts';
import type { Recovered, RecoveryNote } from './take-recovery.ts';

/** What a model's entity can be asked, with what it answers. An entity without a state answers IsNew. */
export interface ModelOperations {
  /** Takes what the state lacks of one made anew from ledger and registry. */
  rebuild: {
    input: { readonly state: ModelState };
    output: { readonly changes: readonly RebuiltChange[] } | EntityRefusal;
  };
  offer: { input: Offer; output: OfferAnswer | NeedsGrant | EntityRefusal };
  settle: { input: Settlement; output: Omit<Settled, 'state'> | EntityRefusal };
  recover: { input: RecoveryNote; output: Omit<Recovered, 'state'> | EntityRefusal };
  /** The jobs of a run that died were seen to end. */
  bury: { input: { readonly runId: string }; output: object | EntityRefusal };
  /** A run that outlives its deadline says that it lives. */
  prolong: {
    input: { readonly runId: string; readonly until: string };
    output: { readonly live: boolean } | EntityRefusal;
  };
  ask: {
    input: { readonly runId: string; readonly until: string };
    output: { readonly asks: boolean } | EntityRefusal;
  };
  endAsking: {
    input: { readonly runId: string };
    output: { readonly answer: InconclusiveAnswer | null } | EntityRefusal;
  };
  /** A release says which version serves. */
  crown: { input: Crowning; output: object | EntityRefusal };
  /** Whether a freeze keeps a release from going forward. */
  askFreeze: {
    input: { readonly freezes: Policy['freezes']; readonly now: string };
    output: { readonly freeze: { readonly because: string; readonly until: string } | null } | EntityRefusal;
  };
  operate: {
    input: { readonly action: ModelAction; readonly word: OperatorWord };
    output: Omit<Operated, 'state'> | EntityRefusal;
  };
}

/** What the fleet's entity can be asked, with what it answers. An entity without a state answers IsNew. */
export interface FleetOperations {
  /** Gives a fleet without a state one; a state that is there stays. */
  rebuild: {
    input: { readonly state: FleetState };
    output: { readonly changes: readonly RebuiltChange[] } | EntityRefusal;
  };
  request: { input: PlaceRequest; output: { readonly grant: Grant } | EntityRefusal };
  return: {
    input: { readonly runId: string; readonly computeHours?: number };
    output: { readonly wake: readonly string[] } | EntityRefusal;
  };
  /** What the kill switch says to something that is asked at this moment. */
  askSwitch: {
    input: { readonly now: string };
    output:
      | { readonly stop: { readonly because: string; readonly changedBy: string } | null }
      | EntityRefusal;
  };
  operate: {
    input: { readonly action: FleetAction; readonly word: OperatorWord };
    output: { readonly done: boolean; readonly sentence: string } | EntityRefusal;
  };
}

export interface OfferAnswer extends Omit<AdmissionResult, 'state'> {
  readonly champion: ModelVersion | null;
  /** The challenger that the run judges again; absent where it trains one. */
  readonly kept?: KeptChallenger;
  /** Absent in answers of before runs saw their jobs end. */
  readonly endsJobs?: boolean;
  /** Absent in answers of before runs heard a cancellation in every wait. */
  readonly hearsCancel?: boolean;
  /** Absent in answers of before runs submitted jobs again. */
  readonly repeatsJobs?: boolean;
  /** In answers of before the model remembered its dead runs: the run itself sees the jobs of the freed one end. */
  readonly endsPredecessor?: boolean;
  /** Whether a decision tells of the release that has the target; absent in answers of before. */
  readonly tellsRelease?: boolean;
  /** The runs that died before the one admitted, whose jobs it sees end; absent in answers of before. */
  readonly predecessors?: readonly string[];
}

/** There is no state yet: rebuild it, then ask again. */
export interface IsNew {
  readonly isNew: true;
}

export interface EntityRefusal {
  readonly refused: string;
}

/** What an entity answers that is no refusal. */
export type Accepted<Output> = Exclude<Output, EntityRefusal>;

/** The pure operations behind an entity, each from a state and an input to the next state and what is answered. */
export type Answered<Operations extends Record<keyof Operations, Asked>, State> = {
  readonly [Name in keyof Operations]: (
    state: State,
    input: Operations[Name]['input'],
  ) => { readonly state: State; readonly answer: Accepted<Operations[Name]['output']> };
};

interface Asked {
  input: unknown;
  output: unknown;
}
