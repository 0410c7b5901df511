import type { FunctionInput, InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { RatchetError } from '../shared/errors.ts';
import { maskSecrets } from '../shared/mask-secrets.ts';
import type { StepName, Steps } from './steps.ts';
import type { FinalFailure } from './take-step.ts';

/**
 * Registers an activity under its step's name, with the step's input and answer.
 *
 * An orchestration sees of a failure only its message: it begins with the error's code and is never empty. A failure
 * that no repetition can mend is an answer, because whatever is thrown is tried again.
 */
export function defineStep<Name extends StepName>(
  name: Name,
  run: (input: Steps[Name]['input'], context: InvocationContext) => Promise<Steps[Name]['output']>,
  options: { readonly extraInputs?: FunctionInput[] } = {},
): void {
  df.app.activity(name, {
    ...options,
    handler: async (
      input: unknown,
      context: InvocationContext,
    ): Promise<Steps[Name]['output'] | FinalFailure> => {
      try {
        return await run(input as Steps[Name]['input'], context);
      } catch (error) {
        const failure = describeFailure(name, error);
        context.error(failure.message, error instanceof RatchetError ? error.subject : {});
        if (isFinal(error)) return { finalFailure: failure.message };
        throw failure;
      }
    },
  });
}

/** A refusal is final, and so is what we asked wrongly; settings and files may be mended while a step is retried. */
function isFinal(error: unknown): boolean {
  const final: readonly string[] = [
    'azure-refused',
    'not-found',
    'bad-request',
    'unknown-model',
    'broken-invariant',
  ];
  return error instanceof RatchetError && final.includes(error.code);
}

function describeFailure(step: StepName, error: unknown): Error {
  const said = maskSecrets(error instanceof Error ? error.message : String(error));
  const code = error instanceof RatchetError ? error.code : 'broken-invariant';
  return new Error(`${code}: ${said || `step ${step} failed and gave no reason`}`, { cause: error });
}
