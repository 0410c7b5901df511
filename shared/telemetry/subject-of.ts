import { modelOfRelease, modelOfRun } from '../domain/run.ts';
import type { Subject } from './fact.ts';

/** What a step's input is about: every step names a run, a release or a signal in one of a few ways, or nothing but a model. */
export function subjectOf(input: unknown): Subject {
  const releaseId = textAt(input, ['releaseId']) ?? textAt(input, ['look', 'releaseId']);
  const runId = runOf(input);
  const decisionId = textAt(input, ['signal', 'id']) ?? textAt(input, ['signal']);
  const model =
    textAt(input, ['signal', 'model']) ??
    textAt(input, ['pinned', 'config', 'model']) ??
    textAt(input, ['model']) ??
    (runId && modelOfRun(runId)) ??
    (releaseId && modelOfRelease(releaseId)) ??
    textAt(input, ['model', 'name']);
  return {
    ...(model && { model }),
    ...(decisionId && { decisionId }),
    ...(runId && { runId }),
    ...(releaseId && { releaseId }),
  };
}

function runOf(input: unknown): string | undefined {
  const named = textAt(input, ['runId']) ?? textAt(input, ['notice', 'runId']);
  if (named !== undefined) return named;
  // A job is named after its run.
  const run = textAt(input, ['jobName'])?.replace(/-(?:train|evaluate)$/, '');
  return run !== undefined && modelOfRun(run) !== null ? run : undefined;
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return typeof at === 'string' ? at : undefined;
}
