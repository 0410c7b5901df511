/**
 * What the host's parts owe each other: the loaded app, the triggers and the durable runtime meet only here.
 */
import type { Clock } from '../clock/clock.ts';
import type { Work } from '../clock/work.ts';

/** A value as the language worker's protocol carries it. `{}` is undefined. */
export interface TypedData {
  string?: string;
  json?: string;
  bytes?: Uint8Array;
  int?: number;
  double?: number;
  http?: unknown;
  collectionString?: { string: string[] };
}

export interface Binding {
  readonly type: string;
  readonly name: string;
  readonly direction: 'in' | 'out' | 'inout';
  readonly [option: string]: unknown;
}

export interface RegisteredFunction {
  /** As registered; look-ups ignore case. */
  readonly name: string;
  readonly trigger: Binding;
  /** Every binding with the trigger, inputs and outputs. */
  readonly bindings: readonly Binding[];
  readonly retryOptions?: unknown;
}

export interface Invocation {
  /** Trigger data. Other input bindings (the durable client) are filled in by the app. */
  readonly trigger: TypedData;
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
}

export interface InvocationResult {
  readonly returnValue: TypedData | null | undefined;
  /** Named outputs, by binding name. */
  readonly outputs: ReadonlyMap<string, TypedData>;
}

/** The application as loaded from `package.json#main`. */
export interface FunctionApp {
  readonly functions: readonly RegisteredFunction[];
  find(name: string): RegisteredFunction | undefined;
  /** Runs a function once. Rejects with what the function threw. */
  invoke(fn: RegisteredFunction, invocation: Invocation): Promise<InvocationResult>;
  /** Whether hooks of the app see the inputs before its functions do. */
  readonly showsInputs: boolean;
  /**
   * Runs a function once, its trigger's input and metadata handed over as they are, and gives what it returned as it is.
   * Rejects with what the function threw.
   */
  call(fn: RegisteredFunction, input: unknown, metadata: Readonly<Record<string, unknown>>): Promise<unknown>;
}

/** `extensions.durableTask` of host.json, as far as it applies here. */
export interface DurableSettings {
  readonly hubName: string;
  readonly maxConcurrentActivityFunctions: number;
  readonly maxConcurrentOrchestratorFunctions: number;
  readonly versioning: Versioning;
  /** Whether a start may replace an orchestration that has not ended. */
  readonly overridableExistingInstanceStates: 'NonRunningStates' | 'AnyState';
}

/** Which orchestrations this host runs, by their version. */
export interface Versioning {
  /** Version of orchestrations whose starter names none; empty for none. */
  readonly defaultVersion: string;
  readonly match: 'None' | 'Strict' | 'CurrentOrOlder';
  /** What becomes of one that does not match: left as it is, or failed. */
  readonly failure: 'Reject' | 'Fail';
}

export interface DurableDependencies {
  readonly app: FunctionApp;
  /** The SQLite file that holds history, queues, timers and entity state. Made when absent. */
  readonly file: string;
  readonly clock: Clock;
  readonly work: Work;
  readonly settings: DurableSettings;
  /** `http://127.0.0.1:PORT`: what the client's URLs begin with. */
  readonly origin: string;
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void;
}

export interface DurableRequest {
  readonly method: string;
  /** Path below the root, without a leading slash: `instances/abc/raiseEvent/go`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Aborted when the caller has gone: there is nobody to wait for an end with. */
  readonly gone?: AbortSignal;
}

export interface DurableResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; absent means an empty body. */
  readonly body?: unknown;
}

export interface DurableRuntime {
  /** Takes up what the file holds: due timers, unfinished turns, activities without a result. */
  start(): void;
  /** Takes no new work, waits up to `graceMs` for invocations under way, closes the file. */
  stop(graceMs: number): Promise<void>;
  /** The text of a `durableClient` input binding. */
  clientBinding(): string;
  /** The HTTP management API, served by the host under both of its roots. Never rejects for what a caller sent. */
  handle(request: DurableRequest): Promise<DurableResponse>;
}

export type OpenDurableRuntime = (dependencies: DurableDependencies) => DurableRuntime;
