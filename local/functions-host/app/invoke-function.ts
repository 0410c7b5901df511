/**
 * Runs one function once, along the language worker's steps: arguments, hooks before, the function, hooks after,
 * response.
 *
 * Owns: the time limit, knowing what is under way, the way through the library's model.
 * Does not own: what the library is told of an invocation (core-context.ts), the way past its model (call-function.ts),
 * retries (retry.ts), nor what a trigger makes of a failure.
 *
 * Invariants
 * 1. Hooks after run whether the function returned or threw, and have the last word on both.
 * 2. `drain` resolves true only when no invocation is under way but long reads.
 */
import type { Work } from '../../clock/work.ts';
import type { Invocation, InvocationResult, RegisteredFunction } from '../contract.ts';
import { type CallFunction, createCaller } from './call-function.ts';
import type { CoreResponse, ProgrammingModel } from './core-api.ts';
import { type ContextDependencies, createCoreContext, type InvokeOptions } from './core-context.ts';
import { type HookContext, runHooked } from './run-hooked.ts';
import { UnderWay } from './under-way.ts';

interface InvokerDependencies extends ContextDependencies {
  readonly model: ProgrammingModel;
  readonly work: Work;
  readonly functionTimeoutMs: number | null;
}

interface Invoker {
  invoke(fn: RegisteredFunction, invocation: Invocation, options?: InvokeOptions): Promise<InvocationResult>;
  readonly call: CallFunction;
  drain(graceMs: number): Promise<boolean>;
  /** How often a function has been invoked since the start: what is billed by the execution. */
  timesInvoked(name: string): number;
}

export function createInvoker(dependencies: InvokerDependencies): Invoker {
  const underWay = new UnderWay(dependencies.work, dependencies.functionTimeoutMs);
  const callOnce = createCaller(dependencies);
  const times = new Map<string, number>();
  const count = ({ name }: RegisteredFunction): void => void times.set(name, (times.get(name) ?? 0) + 1);
  return {
    invoke(fn, invocation, options = {}) {
      count(fn);
      return underWay.watch(fn.name, runOnce(dependencies, fn, invocation, options), options);
    },
    call(fn, input, metadata) {
      count(fn);
      return underWay.watch(fn.name, callOnce(fn, input, metadata));
    },
    drain: (graceMs) => underWay.drain(graceMs),
    timesInvoked: (name) => times.get(name) ?? 0,
  };
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
  const hookContext: HookContext = {
    hookData: {},
    appHookData: registration.appHookData,
    invocationContext: context,
    inputs,
    functionCallback: registered.callback,
  };
  const result = await runHooked(registration, coreContext, hookContext, (...given) =>
    invocationModel.invokeFunction(...given),
  );
  const given = options.onReturn === undefined ? result : options.onReturn(result);
  return toResult(await invocationModel.getResponse(context, given));
}

function toResult(response: CoreResponse): InvocationResult {
  return {
    returnValue: response.returnValue,
    outputs: new Map((response.outputData ?? []).map(({ name, data }) => [name, data])),
  };
}
