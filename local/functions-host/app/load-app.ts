/**
 * Loads a Functions app, any app of the v4 programming model, as the Node.js worker does.
 *
 * Owns: the order of loading, and the app's start and end hooks.
 * Does not own: how the library reaches the host (core-api.ts), nor how a function runs (invoke-function.ts).
 *
 * Invariants
 * 1. Registration is open while the app's files load and their start hooks run, and never again.
 * 2. A file is evaluated once a process, as modules are: the same folder loaded again has the same functions.
 */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Work } from '../../clock/work.ts';
import { errorDetail, LocalError } from '../../process/local-error.ts';
import type { Log } from '../../process/log.ts';
import type { FunctionApp, RegisteredFunction } from '../contract.ts';
import { toRegisteredFunction, UnsupportedFunctionError } from './bindings.ts';
import {
  beginRegistration,
  type CoreFunctionMetadata,
  currentModel,
  hasHooks,
  installCoreApi,
  type ProgrammingModel,
  type Registration,
  runHooks,
} from './core-api.ts';
import type { InvokeOptions } from './core-context.ts';
import { type AppFiles, findAppFiles } from './find-app-files.ts';
import { createInvoker } from './invoke-function.ts';

interface LoadAppOptions {
  readonly appDirectory: string;
  readonly log: Log;
  readonly work: Work;
  /** Null: no limit. */
  readonly functionTimeoutMs: number | null;
  /** Null: every function. */
  readonly onlyFunctions: readonly string[] | null;
  /** Leave out functions that this host has no part for, with a warning, instead of refusing to start. */
  readonly skipUnsupported?: boolean;
  /** Nothing of it will run but what is called: its start hooks do not. */
  readonly onlyToCall?: boolean;
  /** Text of a durable client binding, asked for at each invocation that has one. */
  clientBinding(): string;
}

export interface LoadedApp extends FunctionApp {
  invoke(...args: InvokeArguments): ReturnType<FunctionApp['invoke']>;
  /** Where the library takes HTTP requests as streams, when the app asked for that. */
  readonly streamUrl: string | null;
  /** Waits up to `graceMs` for invocations under way. Says whether none is left. */
  drain(graceMs: number): Promise<boolean>;
  /** How often a function has been invoked since the start. */
  timesInvoked(name: string): number;
  /** Runs the appTerminate hooks. */
  terminate(): Promise<void>;
}

type InvokeArguments = [...Parameters<FunctionApp['invoke']>, options?: InvokeOptions];

interface Evaluated {
  readonly registration: Registration;
  readonly model: ProgrammingModel;
  readonly capabilities: Readonly<Record<string, string>>;
}

/** Apps this process has evaluated, by folder: see invariant 2. */
const evaluated = new Map<string, Evaluated>();

export async function loadApp(options: LoadAppOptions): Promise<LoadedApp> {
  const directory = resolve(options.appDirectory);
  let app = evaluated.get(directory);
  if (app === undefined) {
    app = await evaluate(directory, options);
    evaluated.set(directory, app);
  }
  const { registration, model, capabilities } = app;
  const functions = selectFunctions(registration, options);
  const byName = new Map(functions.map((fn) => [fn.name.toLowerCase(), fn]));
  const { invoke, call, drain, timesInvoked } = createInvoker({ ...options, registration, model });
  return {
    functions,
    find: (name) => byName.get(name.toLowerCase()),
    invoke,
    call,
    drain,
    timesInvoked,
    get showsInputs() {
      return hasHooks(registration, 'preInvocation');
    },
    streamUrl: capabilities['HttpUri'] ?? null,
    terminate: () =>
      runHooks(registration, 'appTerminate', { hookData: {}, appHookData: registration.appHookData }),
  };
}

async function evaluate(directory: string, { log, onlyToCall = false }: LoadAppOptions): Promise<Evaluated> {
  installCoreApi();
  const files = findAppFiles(directory);
  const { registration, lock } = beginRegistration((level, message) => log(level, message));
  try {
    for (const file of files.files) await loadFile(file, files);
    if (!onlyToCall)
      await runHooks(registration, 'appStart', {
        hookData: {},
        appHookData: registration.appHookData,
        functionAppDirectory: directory,
      });
  } finally {
    lock();
  }
  const model = currentModel();
  if (model === null || registration.functions.size === 0) {
    throw new LocalError(
      'app',
      `${join(directory, 'package.json')}: main: ${files.files.length} file(s) loaded, but none registered a function; ` +
        'a v4 app calls app.http(...), app.timer(...) and so on at the top of a file',
    );
  }
  return { registration, model, capabilities: await model.getCapabilities({}) };
}

async function loadFile(file: string, { isModule }: AppFiles): Promise<void> {
  try {
    if (isModule(file)) await import(pathToFileURL(file).href);
    else createRequire(file)(file);
  } catch (error) {
    throw new LocalError(
      'app',
      `${file}: cannot be loaded; fix the file, or leave it out of package.json#main:\n${errorDetail(error)}`,
      error,
    );
  }
}

function selectFunctions(registration: Registration, options: LoadAppOptions): RegisteredFunction[] {
  const wanted = options.onlyFunctions?.map((name) => name.toLowerCase());
  const selected: RegisteredFunction[] = [];
  for (const [key, { metadata }] of registration.functions) {
    if (wanted !== undefined && !wanted.includes(key)) continue;
    if (isDisabled(metadata.name))
      options.log('info', 'disabled by its setting', { function: metadata.name });
    else {
      const fn = toSupported(metadata, options);
      if (fn !== null) selected.push(fn);
    }
  }
  return selected;
}

function toSupported(metadata: CoreFunctionMetadata, options: LoadAppOptions): RegisteredFunction | null {
  try {
    return toRegisteredFunction(metadata);
  } catch (error) {
    if (options.skipUnsupported !== true || !(error instanceof UnsupportedFunctionError)) throw error;
    options.log('warn', `left out: ${error.message}`);
    return null;
  }
}

/** `AzureWebJobs.NAME.Disabled`, or with `__` or `_` for dots where a shell allows no dots. */
function isDisabled(name: string): boolean {
  return ['.', '__', '_'].some((dot) =>
    /^(true|1)$/i.test(process.env[`AzureWebJobs${dot}${name}${dot}Disabled`] ?? ''),
  );
}
