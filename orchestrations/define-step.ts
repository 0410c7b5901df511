import type { FunctionInput, InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { RatchetError } from '../shared/errors.ts';
import type { StepName, Steps } from './steps.ts';

/**
 * Registers an activity under its step's name, with the step's input and answer.
 *
 * An orchestration sees of a failure only its message: it begins with the error's code and is never empty.
 */
export function defineStep<Name extends StepName>(
  name: Name,
  run: (input: Steps[Name]['input'], context: InvocationContext) => Promise<Steps[Name]['output']>,
  options: { readonly extraInputs?: FunctionInput[] } = {},
): void {
  df.app.activity(name, {
    ...options,
    handler: async (input: unknown, context: InvocationContext): Promise<Steps[Name]['output']> => {
      try {
        return await run(input as Steps[Name]['input'], context);
      } catch (error) {
        const failure = describeFailure(name, error);
        context.error(failure.message, error instanceof RatchetError ? error.subject : {});
        throw failure;
      }
    },
  });
}

function describeFailure(step: StepName, error: unknown): Error {
  const said = error instanceof Error ? error.message : String(error);
  const code = error instanceof RatchetError ? error.code : 'broken-invariant';
  return new Error(`${code}: ${said || `step ${step} failed and gave no reason`}`, { cause: error });
}
