import type { FunctionInput, InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { type ErrorCode, RatchetError } from '../shared/errors.ts';
import { maskSecrets } from '../shared/mask-secrets.ts';
import { timeStep } from '../shared/telemetry/time-step.ts';
import type { StepName, Steps } from './steps.ts';
import type { FinalFailure, Outage } from './take-step.ts';

/**
 * Registers an activity under its step's name, with the step's input and answer.
 *
 * An orchestration sees of a failure only its message: it begins with the error's code and is never empty. A refusal is
 * an answer, and so is an outage, which the orchestration waits out. What is thrown is a bug of ours: the platform
 * repeats it a few times.
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
    ): Promise<Steps[Name]['output'] | FinalFailure | Outage> => {
      const ended = timeStep(name, input, context.traceContext);
      try {
        const answer = await run(input as Steps[Name]['input'], context);
        ended('done');
        return answer;
      } catch (error) {
        const failure = describeFailure(name, error);
        ended(isFinal(error) ? 'refused' : isBug(error) ? 'bug' : 'outage', failure.message);
        context.error(failure.message, error instanceof RatchetError ? error.subject : {});
        if (isFinal(error)) return { finalFailure: failure.message };
        if (isBug(error)) throw failure;
        const againAfterMs = error instanceof RatchetError ? error.retryAfterMs : null;
        return { outage: failure.message, ...(againAfterMs !== null && { againAfterMs }) };
      }
    },
  });
}

/** What may pass: a service that is away, and settings and files, which may be mended while a step is repeated. */
const passing: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'azure-unavailable',
  'bad-config',
  'bad-setting',
]);

/** Whether no repetition of a step could bring another answer. */
export function isFinal(error: unknown): error is RatchetError {
  return error instanceof RatchetError && !passing.has(error.code);
}

/** What the clients of the services throw is a RatchetError by now; of the rest, a lost task hub or file may be back. */
function isBug(error: unknown): boolean {
  const bugs = [TypeError, RangeError, ReferenceError, SyntaxError];
  return bugs.some((bug) => error instanceof bug);
}

function describeFailure(step: StepName, error: unknown): Error {
  // Without the full stop: the sentence it stands in sets one.
  const said = maskSecrets(error instanceof Error ? error.message : String(error)).replace(/(?<!\.)\.$/, '');
  const code =
    error instanceof RatchetError ? error.code : isBug(error) ? 'broken-invariant' : 'azure-unavailable';
  return new Error(`${code}: ${said || `step ${step} failed and gave no reason`}`, { cause: error });
}
