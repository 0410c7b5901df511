/**
 * Runs one function once, along the language worker's steps: arguments, hooks before, the function, hooks after,
 * response.
 *
 * Owns: invocation ids, hook contexts, the time limit, the function's log, knowing what is under way.
 * Does not own: retries (retry.ts), nor what a trigger makes of a failure.
 *
 * Invariants
 * 1. Hooks after run whether the function returned or threw, and have the last word on both.
 * 2. `drain` resolves true only when no invocation is under way.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Work } from '../../clock/work.ts';
import type { Invocation, InvocationResult, RegisteredFunction, TypedData } from '../contract.ts';
import type { Log } from '../log.ts';
import { toLogLevel } from '../log.ts';
import { isDurableClient } from './bindings.ts';
import {
  type CoreFunctionMetadata,
  type CoreResponse,
  type FunctionCallback,
  type ProgrammingModel,
  type Registration,
  runHooks,
} from './core-api.ts';

export interface InvokeOptions {
  readonly invocationId?: string;
  readonly traceParent?: string;
  readonly traceState?: string;
  readonly retryContext?: RetryContext;
  /** Told what the function returned, before the library turns it into a response. */
  onReturn?(result: unknown): void;
}

export interface RetryContext {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception?: { readonly message: string };
}

export interface InvokerDependencies {
  readonly registration: Registration;
  readonly model: ProgrammingModel;
  readonly log: Log;
  readonly work: Work;
  readonly functionTimeoutMs: number | null;
  clientBinding(): string;
}

export interface Invoker {
  invoke(fn: RegisteredFunction, invocation: Invocation, options?: InvokeOptions): Promise<InvocationResult>;
  drain(graceMs: number): Promise<boolean>;
}

/** A function that ran longer than host.json allows. It cannot be stopped, only given up. */
export class FunctionTimeoutError extends Error {
  override readonly name = 'FunctionTimeoutError';
}

export function createInvoker(dependencies: InvokerDependencies): Invoker {
  const underWay = new Set<Promise<unknown>>();
  return {
    invoke(fn, invocation, options = {}) {
      const end = dependencies.work.begin();
      const run = withTimeLimit(
        fn.name,
        dependencies.functionTimeoutMs,
        runOnce(dependencies, fn, invocation, options),
      );
      underWay.add(run);
      return run.finally(() => {
        underWay.delete(run);
        end();
      });
    },
    async drain(graceMs) {
      const giveUpAt = performance.now() + graceMs;
      while (underWay.size > 0) {
        const leftMs = giveUpAt - performance.now();
        if (leftMs <= 0) return false;
        await settledWithin(underWay, leftMs);
      }
      return true;
    },
  };
}

async function settledWithin(promises: Iterable<Promise<unknown>>, limitMs: number): Promise<void> {
  let timeout: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timeout = setTimeout(resolve, limitMs);
  });
  await Promise.race([Promise.allSettled(promises), limit]);
  clearTimeout(timeout);
}

async function runOnce(
  { registration, model, log, clientBinding }: InvokerDependencies,
  fn: RegisteredFunction,
  invocation: Invocation,
  options: InvokeOptions,
): Promise<InvocationResult> {
  const registered = registration.functions.get(fn.name.toLowerCase());
  if (registered === undefined) throw new Error(`function ${fn.name} is not registered`);
  const invocationId = options.invocationId ?? randomUUID();
  const subject = { function: fn.name, invocationId };
  const coreContext = {
    invocationId,
    metadata: registered.metadata,
    state: undefined as string | undefined,
    request: toRequest(fn, registered.metadata, invocation, invocationId, options, clientBinding),
    log(level: string, category: string, message: string): void {
      const entry = { level, category, message, invocationContext: undefined };
      for (const hook of category === 'user' ? (registration.hooks.get('log') ?? []) : []) hook(entry);
      log(toLogLevel(entry.level), entry.message, subject);
    },
  };
  const invocationModel = model.getInvocationModel(coreContext);
  const { context, inputs } = await invocationModel.getArguments();

  const hookContext = {
    hookData: {},
    appHookData: registration.appHookData,
    invocationContext: context,
    inputs,
  };
  coreContext.state = 'preInvocationHooks';
  const before = { ...hookContext, functionCallback: registered.callback as FunctionCallback };
  await runHooks(registration, 'preInvocation', before);

  coreContext.state = 'invocation';
  const after: { result: unknown; error: unknown } & typeof before = { ...before, result: null, error: null };
  try {
    after.result = await invocationModel.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error ?? new Error(`function ${fn.name} threw ${String(error)}`);
  }
  coreContext.state = 'postInvocationHooks';
  await runHooks(registration, 'postInvocation', after);
  if (after.error !== null && after.error !== undefined) throw after.error;
  options.onReturn?.(after.result);
  return toResult(await invocationModel.getResponse(context, after.result));
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
    traceContext: {
      traceParent: options.traceParent ?? newTraceParent(),
      traceState: options.traceState ?? '',
      attributes: {},
    },
    ...(options.retryContext === undefined ? {} : { retryContext: options.retryContext }),
  };
}

function newTraceParent(): string {
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
}

function toResult(response: CoreResponse): InvocationResult {
  return {
    returnValue: response.returnValue,
    outputs: new Map((response.outputData ?? []).map(({ name, data }) => [name, data])),
  };
}

async function withTimeLimit<T>(name: string, limitMs: number | null, run: Promise<T>): Promise<T> {
  if (limitMs === null) return run;
  let timeout: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timeout = setTimeout(
      () =>
        reject(new FunctionTimeoutError(`function ${name} ran longer than functionTimeout, ${limitMs} ms`)),
      Math.min(limitMs, 2 ** 31 - 1),
    );
  });
  try {
    return await Promise.race([run, limit]);
  } finally {
    clearTimeout(timeout);
  }
}
