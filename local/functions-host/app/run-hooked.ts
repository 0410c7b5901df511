/** A function between its app's hooks, along the language worker's steps. */

import { type FunctionCallback, hasHooks, type Registration, runHooks } from './core-api.ts';
import type { CoreContext } from './core-context.ts';

export interface HookContext extends Record<string, unknown> {
  readonly hookData: Record<string, unknown>;
  readonly appHookData: Record<string, unknown>;
  readonly invocationContext: unknown;
  inputs: unknown[];
  functionCallback: FunctionCallback;
}

type Run = (context: unknown, inputs: unknown[], callback: FunctionCallback) => unknown;

/** Runs the function with what the hooks before it left; what the hooks after it leave is the outcome. */
export async function runHooked(
  registration: Registration,
  core: Pick<CoreContext, 'state'>,
  hookContext: HookContext,
  run: Run,
): Promise<unknown> {
  core.state = 'preInvocationHooks';
  // Also without hooks a function does not begin before its caller has gone on.
  await runHooks(registration, 'preInvocation', hookContext);

  core.state = 'invocation';
  const outcome: { result: unknown; error: unknown } = { result: null, error: null };
  try {
    const { invocationContext, inputs, functionCallback } = hookContext;
    outcome.result = await run(invocationContext, inputs, functionCallback);
  } catch (error) {
    outcome.error = error ?? new Error(`the function threw ${String(error)}`);
  }

  core.state = 'postInvocationHooks';
  if (hasHooks(registration, 'postInvocation')) {
    const after = { ...hookContext, ...outcome };
    await runHooks(registration, 'postInvocation', after);
    Object.assign(outcome, { result: after.result, error: after.error });
  }
  if (outcome.error !== null && outcome.error !== undefined) throw outcome.error;
  return outcome.result;
}
