import type { Decision } from '../domain/decision.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import type { Signal } from '../domain/signal.ts';
import type { Measure } from './metric-catalog.ts';

/** When something began and ended, in milliseconds since 1970. */
interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** What a step is about, as far as its input says. */
export interface Subject {
  readonly model?: string;
  /** The id of a signal, which is that of its decision. */
  readonly decisionId?: string;
  readonly runId?: string;
  readonly releaseId?: string;
}

/** How an activity ended: what the orchestration is answered, or what broke. */
export type StepResult = 'done' | 'refused' | 'outage' | 'bug';

export interface StepFact extends Span {
  readonly what: 'step';
  readonly step: string;
  readonly subject: Subject;
  readonly result: StepResult;
  /** Without secrets; empty where it is done. */
  readonly error: string;
  /** `traceparent` of the host's own span of this invocation (W3C Trace Context); null: there is none. */
  readonly hostSpan: string | null;
}

/** Something that happened and is told to whoever observes the service. */
export type Fact =
  | (Span & { readonly what: 'signal'; readonly signal: Signal; readonly isRepeated: boolean })
  | { readonly what: 'decision'; readonly decision: Decision }
  /** A run that is over. */
  | { readonly what: 'run'; readonly run: Run }
  /** A release, each time it comes to another state, stage or step. */
  | { readonly what: 'release'; readonly release: ReleaseRow }
  | StepFact
  /** How everything stands, once in a scan of the watchdog. */
  | { readonly what: 'standing'; readonly at: string; readonly measures: readonly Measure[] };

/** Sends what is told. */
export interface Teller {
  take(fact: Fact): void;
  /** Sends what was not sent yet. */
  flush(): Promise<void>;
}
