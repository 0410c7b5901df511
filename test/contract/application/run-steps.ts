import { readdirSync } from 'node:fs';
import { vi } from 'vitest';
import { beginRegistration, installCoreApi } from '../../../local/functions-host/app/core-api.ts';
import type { JobState, StepName, Steps } from '../../../orchestrations/steps.ts';

export type RunStep = <Name extends StepName>(
  name: Name,
  input: Steps[Name]['input'],
) => Promise<Steps[Name]['output']>;

const activities = new URL('../../../orchestrations/activities/', import.meta.url);

/**
 * Loads the activities as the host does, with these settings, and runs them by the name they register under. Those
 * with a durable client need a context that has one.
 */
export async function loadSteps(
  settings: Readonly<Record<string, string>>,
  context: object = { error: () => {} },
): Promise<RunStep> {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  installCoreApi();
  const { registration, lock } = beginRegistration(() => {});
  for (const file of readdirSync(activities)) await import(new URL(file, activities).href);
  lock();
  return (async (name, input) => {
    const step = registration.functions.get(name);
    if (!step) throw new Error(`no activity is registered as ${name}`);
    // What crosses to an activity and back is JSON.
    const output = await step.callback(JSON.parse(JSON.stringify(input)), context);
    const answer = JSON.parse(JSON.stringify(output));
    // As takeStep does: a refusal is an answer, and so is an outage.
    const failure = answer?.finalFailure ?? answer?.outage;
    if (failure !== undefined) throw new Error(failure);
    return answer;
  }) as RunStep;
}

/** How a job stands once it has ended. */
export function untilEnded(step: RunStep, jobName: string): Promise<JobState> {
  return vi.waitFor(
    async () => {
      const state = await step('get-job', { jobName });
      if (!state.ended) throw new Error(`${jobName} is ${state.status}`);
      return state;
    },
    { timeout: 60_000, interval: 50 },
  );
}
