import type { StepResult } from './fact.ts';
import { subjectOf } from './subject-of.ts';
import { isTelling, tell } from './tell.ts';

/**
 * Begins to time a step of an activity; what it answers is called with how the step has ended. `host`: the host's own span of
 * the invocation, where it has one.
 */
export function timeStep(
  step: string,
  input: unknown,
  host: { readonly traceParent?: string | undefined } | undefined,
): (result: StepResult, error?: string) => void {
  if (!isTelling()) return () => {};
  const startMs = Date.now();
  return (result, error = '') => {
    const hostSpan = host?.traceParent ?? null;
    const told = { step, subject: subjectOf(input), result, error, hostSpan };
    tell({ what: 'step', ...told, startMs, endMs: Date.now() });
  };
}
