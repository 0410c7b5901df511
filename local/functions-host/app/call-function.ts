/**
 * Runs a function once with its trigger's input as a value, and gives what it returned as it is: for the durable runtime,
 * which runs many short functions, and to which writing and reading text is too dear.
 *
 * The library's invocation model would turn text into values and back, at the cost of several times what a small function
 * takes. What of it a function sees is its context. That is made here, of the library's own class, out of what the model
 * makes it of; the first invocation of each function asks the model for one and learns from it.
 *
 * Invariants
 * 1. A function cannot tell this way from the model's: same class, same fields, each context its own.
 * 2. Hooks run as in any invocation.
 */
import { format } from 'node:util';
import type { RegisteredFunction } from '../contract.ts';
import { isDurableClient } from './bindings.ts';
import type { FunctionCallback, ProgrammingModel } from './core-api.ts';
import {
  type ContextDependencies,
  type CoreContext,
  createCoreContext,
  createCoreLog,
  newIds,
} from './core-context.ts';
import { type HookContext, runHooked } from './run-hooked.ts';

export type CallFunction = (
  fn: RegisteredFunction,
  input: unknown,
  metadata: Readonly<Record<string, unknown>>,
) => Promise<unknown>;

/** The library's `InvocationContext`, as far as it is made here. */
interface LibraryContext {
  readonly options: ContextOptions;
  readonly extraInputs: { set(name: string, value: unknown): void };
}

interface ContextOptions {
  readonly trigger: object;
  readonly return?: object;
  readonly extraInputs: readonly object[];
  readonly extraOutputs: readonly object[];
}

interface Known {
  readonly Context: new (init: Record<string, unknown>) => LibraryContext;
  readonly options: ContextOptions;
  readonly callback: FunctionCallback;
  /** Names of the bindings that bring the durable client. */
  readonly clients: readonly string[];
}

interface CallerDependencies extends ContextDependencies {
  readonly model: ProgrammingModel;
}

export function createCaller(dependencies: CallerDependencies): CallFunction {
  const { registration } = dependencies;
  const knownFunctions = new Map<RegisteredFunction, Known>();
  return async (fn, input, metadata) => {
    let known = knownFunctions.get(fn);
    if (known === undefined) {
      known = await learn(dependencies, fn);
      knownFunctions.set(fn, known);
    }
    const hookContext: HookContext = {
      hookData: {},
      appHookData: registration.appHookData,
      invocationContext: createContext(dependencies, fn, known, metadata),
      inputs: [input],
      functionCallback: known.callback,
    };
    return runHooked(registration, { state: undefined }, hookContext, callIt);
  };
}

function callIt(context: unknown, inputs: unknown[], callback: FunctionCallback): unknown {
  return callback(...inputs, context);
}

/** The model's own context for a call without input. */
async function learn(dependencies: CallerDependencies, fn: RegisteredFunction): Promise<Known> {
  const registered = dependencies.registration.functions.get(fn.name.toLowerCase());
  if (registered === undefined) throw new Error(`function ${fn.name} is not registered`);
  const { metadata, callback } = registered;
  const core: CoreContext = createCoreContext(dependencies, fn, metadata, { trigger: {} }, {});
  const { context } = await dependencies.model.getInvocationModel(core).getArguments();
  const learnt = context as LibraryContext;
  return {
    Context: learnt.constructor as Known['Context'],
    options: learnt.options,
    callback,
    clients: fn.bindings.filter(isDurableClient).map(({ name }) => name),
  };
}

function createContext(
  dependencies: CallerDependencies,
  fn: RegisteredFunction,
  { Context, options, clients }: Known,
  triggerMetadata: Readonly<Record<string, unknown>>,
): LibraryContext {
  const { invocationId, traceParent } = newIds();
  const log = createCoreLog(dependencies, fn, invocationId);
  const context = new Context({
    invocationId,
    functionName: fn.name,
    logHandler: (level: string, ...args: unknown[]) => log(level, 'user', format(...args)),
    traceContext: { traceParent, traceState: '', attributes: {} },
    triggerMetadata: { ...triggerMetadata },
    options: copyOptions(options),
  });
  for (const name of clients) context.extraInputs.set(name, JSON.parse(dependencies.clientBinding()));
  return context;
}

/** A function may change its context: the next is not to see it. */
function copyOptions(options: ContextOptions): ContextOptions {
  return {
    trigger: { ...options.trigger },
    ...(options.return === undefined ? {} : { return: { ...options.return } }),
    extraInputs: options.extraInputs.map((binding) => ({ ...binding })),
    extraOutputs: options.extraOutputs.map((binding) => ({ ...binding })),
  };
}
