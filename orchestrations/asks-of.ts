import type * as df from 'durable-functions';
import type { Asks } from '../shared/admission/offer-flow.ts';
import { askFleet, askModel } from './ask-model.ts';
import { afterwards } from './insist.ts';
import { now, takeStep } from './take-step.ts';
import { wake } from './wake.ts';

/** How an orchestration reaches the entities: by durable tasks. */
export function asksOf(context: df.OrchestrationContext, model: string): Asks<df.Task> {
  return {
    now: () => now(context),
    model: (operation, input) => askModel(context, model, operation, input),
    fleet: (operation, input) => askFleet(context, operation, input),
    readFleet: () => takeStep(context, 'read-fleet', {}),
    wake: (signals) => wake(context, signals),
    afterwards: (what, attempt) => afterwards(context, what, attempt),
  };
}
