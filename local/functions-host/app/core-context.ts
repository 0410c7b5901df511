/** What an invocation is to the library: its ids, its trace, what its trigger brings, where its log goes. */
import { randomUUID } from 'node:crypto';
import type { Log } from '../../process/log.ts';
import { toLogLevel } from '../../process/log.ts';
import type { Invocation, RegisteredFunction, TypedData } from '../contract.ts';
import { isDurableClient } from './bindings.ts';
import type { CoreFunctionMetadata, Registration } from './core-api.ts';

export interface InvokeOptions {
  readonly invocationId?: string;
  readonly traceParent?: string;
  readonly traceState?: string;
  readonly retryContext?: RetryContext;
  /** It only reads. */
  readonly isRead?: boolean;
  /** Told what the function returned, before the library turns it into a response; what it gives back is turned instead. */
  onReturn?(result: unknown): unknown;
}

interface RetryContext {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception?: { readonly message: string };
}

export interface ContextDependencies {
  readonly registration: Registration;
  readonly log: Log;
  clientBinding(): string;
}

/** What the library's invocation model is given; it reports its phase in `state`. */
export interface CoreContext {
  readonly invocationId: string;
  readonly metadata: CoreFunctionMetadata;
  readonly request: Record<string, unknown>;
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log: CoreLog;
}

type CoreLog = (level: string, category: string, message: string) => void;

export function createCoreContext(
  dependencies: ContextDependencies,
  fn: RegisteredFunction,
  metadata: CoreFunctionMetadata,
  invocation: Invocation,
  options: InvokeOptions,
): CoreContext {
  const invocationId = options.invocationId ?? randomUUID();
  return {
    invocationId,
    metadata,
    state: undefined,
    request: toRequest(fn, metadata, invocation, invocationId, options, dependencies.clientBinding),
    log: createCoreLog(dependencies, fn, invocationId),
  };
}

export function createCoreLog(
  { registration, log }: ContextDependencies,
  fn: RegisteredFunction,
  invocationId: string,
): CoreLog {
  return (level, category, message) => {
    const entry = { level, category, message, invocationContext: undefined };
    for (const hook of category === 'user' ? (registration.hooks.get('log') ?? []) : []) hook(entry);
    log(toLogLevel(entry.level), entry.message, { function: fn.name, invocationId });
  };
}

function toRequest(
  fn: RegisteredFunction,
  metadata: CoreFunctionMetadata,
  invocation: Invocation,
  invocationId: string,
  options: InvokeOptions,
  clientBinding: () => string,
): Record<string, unknown> {
  const inputData: { name: string; data: TypedData }[] = [
    { name: fn.trigger.name, data: invocation.trigger },
  ];
  for (const binding of fn.bindings) {
    if (isDurableClient(binding)) inputData.push({ name: binding.name, data: { string: clientBinding() } });
  }
  return {
    invocationId,
    functionId: metadata.name,
    inputData,
    triggerMetadata: invocation.triggerMetadata ?? {},
    traceContext: toTraceContext(options),
    ...(options.retryContext === undefined ? {} : { retryContext: options.retryContext }),
  };
}

interface TraceContext {
  readonly traceParent: string;
  readonly traceState: string;
  readonly attributes: Record<string, string>;
}

function toTraceContext({ traceParent, traceState }: InvokeOptions): TraceContext {
  return {
    traceParent: traceParent ?? newIds().traceParent,
    traceState: traceState ?? '',
    attributes: {},
  };
}

const processId = randomUUID();
const traceRun = processId.replaceAll('-', '').slice(0, 16);
let invocations = 0;

/** Ids of an invocation: which one in this process, after what no other process has. */
export function newIds(): { readonly invocationId: string; readonly traceParent: string } {
  invocations += 1;
  const count = invocations.toString(16).padStart(16, '0');
  return {
    invocationId: processId.slice(0, 24) + count.slice(4),
    traceParent: `00-${traceRun}${count}-${count}-00`,
  };
}
