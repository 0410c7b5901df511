import type * as df from 'durable-functions';
import { type Freeing, freeModel as free } from '../shared/admission/free-flow.ts';
import { asksOf } from './asks-of.ts';
import { takeStep } from './take-step.ts';

/** Frees a model by durable tasks; answers whether the run was still the live one. */
export function freeModel(
  context: df.OrchestrationContext,
  { model, ...freeing }: Freeing & { readonly model: string },
): Generator<df.Task, boolean, unknown> {
  return free(asksOf(context, model), freeing, (run) => takeStep(context, 'record-run', run));
}
