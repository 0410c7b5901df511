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
import { randomUUID } from 'node:crypto';
import type { Work } from '../../clock/work.ts';
import type { Log } from '../../process/log.ts';
import { toLogLevel } from '../../process/log.ts';
import type { Invocation, InvocationResult, RegisteredFunction, TypedData } from '../contract.ts';
import { isDurableClient } from './bindings.ts';
import {
  type CoreFunctionMetadata,
  type CoreResponse,
  type FunctionCallback,
  type InvocationModel,
  type ProgrammingModel,
  type Registration,
  runHooks,
} from './core-api.ts';
import { createTimeLimit, settlesWithin } from './time-limit.ts';

export interface InvokeOptions {
  readonly invocationId?: string;
  readonly traceParent?: string;
  readonly traceState?: string;
  readonly retryContext?: RetryContext;
  /** Told what the function returned, before the library turns it into a response; what it gives back is turned instead. */
  onReturn?(result: unknown): unknown;
}

interface RetryContext {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception?: { readonly message: string };
}

interface InvokerDependencies {
  readonly registration: Registration;
  readonly model: ProgrammingModel;
  readonly log: Log;
  readonly work: Work;
  readonly functionTimeoutMs: number | null;
  clientBinding(): string;
}

interface Invoker {
  invoke(fn: RegisteredFunction, invocation: Invocation, options?: InvokeOptions): Promise<InvocationResult>;
  drain(graceMs: number): Promise<boolean>;
}

export function createInvoker(dependencies: InvokerDependencies): Invoker {
  const underWay = new Set<Promise<unknown>>();
  const limit = createTimeLimit(dependencies.functionTimeoutMs);
  return {
    invoke(fn, invocation, options = {}) {
      const end = dependencies.work.begin();
      const run = limit(fn.name, runOnce(dependencies, fn, invocation, options));
      underWay.add(run);
      const ended = (): void => {
        underWay.delete(run);
        end();
      };
      run.then(ended, ended);
      return run;
    },
    async drain(graceMs) {
      const giveUpAt = performance.now() + graceMs;
      while (underWay.size > 0) {
        const leftMs = giveUpAt - performance.now();
        if (leftMs <= 0) return false;
        await settlesWithin(leftMs, Promise.allSettled(underWay));
      }
      return true;
    },
  };
}

/** What the library's invocation model is given; it reports its phase in `state`. */
interface CoreContext {
  readonly invocationId: string;
  readonly metadata: CoreFunctionMetadata;
  readonly request: Record<string, unknown>;
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: string, category: string, message: string): void;
}

async function runOnce(
  dependencies: InvokerDependencies,
  fn: RegisteredFunction,
  invocation: Invocation,
  options: InvokeOptions,
): Promise<InvocationResult> {
  const { registration, model } = dependencies;
  const registered = registration.functions.get(fn.name.toLowerCase());
  if (registered === undefined) throw new Error(`function ${fn.name} is not registered`);
  const coreContext = createCoreContext(dependencies, fn, registered.metadata, invocation, options);
  const invocationModel = model.getInvocationModel(coreContext);
  const { context, inputs } = await invocationModel.getArguments();
  const isByValue = 'input' in invocation;
  if (isByValue) inputs[0] = invocation.input;

  const hookContext: HookContext = {
    hookData: {},
    appHookData: registration.appHookData,
    invocationContext: context,
    inputs,
    functionCallback: registered.callback,
  };
  const result = await runHooked(registration, coreContext, invocationModel, hookContext);
  if (isByValue) return { returnValue: undefined, outputs: new Map(), value: result };
  const given = options.onReturn === undefined ? result : options.onReturn(result);
  return toResult(await invocationModel.getResponse(context, given));
}

interface HookContext extends Record<string, unknown> {
  readonly hookData: Record<string, unknown>;
  readonly appHookData: Record<string, unknown>;
  readonly invocationContext: unknown;
  inputs: unknown[];
  functionCallback: FunctionCallback;
}

/** The function between its hooks; what the hooks after it leave is the outcome. */
async function runHooked(
  registration: Registration,
  coreContext: CoreContext,
  invocationModel: InvocationModel,
  hookContext: HookContext,
): Promise<unknown> {
  coreContext.state = 'preInvocationHooks';
  await runHooks(registration, 'preInvocation', hookContext);

  coreContext.state = 'invocation';
  const after: HookContext & { result: unknown; error: unknown } = {
    ...hookContext,
    result: null,
    error: null,
  };
  try {
    const { invocationContext, inputs, functionCallback } = hookContext;
    after.result = await invocationModel.invokeFunction(invocationContext, inputs, functionCallback);
  } catch (error) {
    after.error = error ?? new Error(`the function threw ${String(error)}`);
  }

  coreContext.state = 'postInvocationHooks';
  await runHooks(registration, 'postInvocation', after);
  if (after.error !== null && after.error !== undefined) throw after.error;
  return after.result;
}

function createCoreContext(
  { registration, log, clientBinding }: InvokerDependencies,
  fn: RegisteredFunction,
  metadata: CoreFunctionMetadata,
  invocation: Invocation,
  options: InvokeOptions,
): CoreContext {
  const invocationId = options.invocationId ?? randomUUID();
  const subject = { function: fn.name, invocationId };
  return {
    invocationId,
    metadata,
    state: undefined,
    request: toRequest(fn, metadata, invocation, invocationId, options, clientBinding),
    log(level, category, message) {
      const entry = { level, category, message, invocationContext: undefined };
      for (const hook of category === 'user' ? (registration.hooks.get('log') ?? []) : []) hook(entry);
      log(toLogLevel(entry.level), entry.message, subject);
    },
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
    traceContext: {
      traceParent: options.traceParent ?? newTraceParent(),
      traceState: options.traceState ?? '',
      attributes: {},
    },
    ...(options.retryContext === undefined ? {} : { retryContext: options.retryContext }),
  };
}

const traceRun = randomUUID().replaceAll('-', '').slice(0, 16);
let traces = 0;

/** A trace of its own for every invocation: which one in this process, after what no other process has. */
function newTraceParent(): string {
  traces += 1;
  const count = traces.toString(16).padStart(16, '0');
  return `00-${traceRun}${count}-${count}-00`;
}

function toResult(response: CoreResponse): InvocationResult {
  return {
    returnValue: response.returnValue,
    outputs: new Map((response.outputData ?? []).map(({ name, data }) => [name, data])),
  };
}
