/**
 * The module `@azure/functions-core`, which the Functions library asks for and only a language worker has.
 *
 * Owns: answering `require('@azure/functions-core')`, and what the library registers through it.
 * Does not own: which files are loaded (load-app.ts), nor how a function runs (invoke-function.ts).
 *
 * Invariants
 * 1. There is one core API a process: the library asks once and keeps the answer.
 * 2. Functions can be registered only while `beginRegistration` is under way; ids are unique, whatever their case.
 */
import Module from 'node:module';
import type { LogLevel } from '../../cloud-context.ts';
import { toLogLevel } from '../../process/log.ts';
import type { TypedData } from '../contract.ts';

interface CoreBinding {
  readonly type: string;
  readonly name?: string;
  readonly direction: string;
  readonly [option: string]: unknown;
}

export interface CoreFunctionMetadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, CoreBinding>>;
  readonly retryOptions?: unknown;
}

export type FunctionCallback = (...args: unknown[]) => unknown;
type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';
type HookCallback = (context: Record<string, unknown>) => unknown;

interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<CoreResponse>;
}

export interface CoreResponse {
  readonly returnValue?: TypedData | null;
  readonly outputData?: readonly { readonly name: string; readonly data: TypedData }[];
}

export interface ProgrammingModel {
  readonly name: string;
  readonly version: string;
  getInvocationModel(context: unknown): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

/** What one app has registered. */
export interface Registration {
  readonly functions: Map<
    string,
    { readonly metadata: CoreFunctionMetadata; readonly callback: FunctionCallback }
  >;
  readonly hooks: Map<HookName, Set<HookCallback>>;
  /** What hooks keep over the life of the app. */
  readonly appHookData: Record<string, unknown>;
  /** Where the library's own messages go. */
  log(level: LogLevel, message: string): void;
}

const hookNames: readonly HookName[] = ['appStart', 'appTerminate', 'preInvocation', 'postInvocation', 'log'];

let programmingModel: ProgrammingModel | null = null;
let active: Registration | null = null;
let open = false;

/** The error kind the library recognises as the worker's own. */
function systemError(error: Error): Error {
  return Object.assign(error, { isAzureFunctionsSystemError: true });
}

class Disposable {
  readonly #dispose: () => void;

  constructor(dispose: () => void = () => undefined) {
    this.#dispose = dispose;
  }

  dispose(): void {
    this.#dispose();
  }
}

const coreApi = {
  version: '3.12.0',
  hostVersion: '4.1040.0',
  Disposable,

  registerFunction(metadata: CoreFunctionMetadata, callback: FunctionCallback): Disposable {
    const key = metadata.name.toLowerCase();
    if (active === null || !open) {
      throw systemError(
        new Error(`Function "${metadata.name}" is registered too late: register at the top of a file`),
      );
    }
    if (active.functions.has(key)) {
      throw systemError(
        new Error(`Function "${metadata.name}" is registered twice; names are unique whatever their case`),
      );
    }
    const { functions } = active;
    functions.set(key, { metadata, callback });
    return new Disposable(() => functions.delete(key));
  },

  setProgrammingModel(model: ProgrammingModel): void {
    programmingModel = model;
  },

  getProgrammingModel(): ProgrammingModel | null {
    return programmingModel;
  },

  registerHook(name: HookName, callback: HookCallback): Disposable {
    if (!hookNames.includes(name)) throw systemError(new RangeError(`Unrecognized hook "${name}"`));
    const hooks = active?.hooks.get(name);
    hooks?.add(callback);
    return new Disposable(() => hooks?.delete(callback));
  },

  log(level: string, _category: string, message: string): void {
    active?.log(toLogLevel(level), message);
  },
};

let installed = false;

/** Answers `require('@azure/functions-core')` as the Node.js worker does: every `require` goes through this method. */
export function installCoreApi(): void {
  if (installed) return;
  installed = true;
  const original = Module.prototype.require;
  Module.prototype.require = Object.assign(function requireWithCore(
    this: NodeJS.Module,
    id: string,
  ): unknown {
    return id === '@azure/functions-core' ? coreApi : original.call(this, id);
  }, original);
}

/** Opens registration into a new, empty registration; `lock` closes it. */
export function beginRegistration(log: Registration['log']): { registration: Registration; lock(): void } {
  const registration: Registration = {
    functions: new Map(),
    appHookData: {},
    hooks: new Map(hookNames.map((name) => [name, new Set<HookCallback>()])),
    log,
  };
  active = registration;
  open = true;
  const lock = (): void => {
    open = false;
  };
  return { registration, lock };
}

/** The model the library set when the app first registered something. */
export function currentModel(): ProgrammingModel | null {
  return programmingModel;
}

export function hasHooks({ hooks }: Registration, name: HookName): boolean {
  return (hooks.get(name)?.size ?? 0) > 0;
}

/** Runs an app's hooks of one kind in the order they were registered. */
export async function runHooks(
  registration: Registration,
  name: HookName,
  context: Record<string, unknown>,
): Promise<void> {
  for (const hook of registration.hooks.get(name) ?? []) await hook(context);
}
