/**
 * measure: fetches one number, or the numbers of one query, and offers what a rule says of them.
 *
 * Owns: that a number that cannot be had is no judgement, said once in the log.
 * Does not own: when to measure (look-at-schedules, workspace-events), fetching and judging (the two steps).
 */
import * as df from 'durable-functions';
import type { Measured, Measurement } from '../shared/signals/measurement.ts';
import { dayMs, lasting, type Patience, twoMinutesMs } from './patience.ts';
import { messageOf, takeStep } from './take-step.ts';

/** A query is dear, may be answered in part for ever, and looks back over what this one missed: four tries. */
function queryPatience(context: df.OrchestrationContext): Patience {
  return { ...lasting(context, twoMinutesMs), pauseMs: 40_000 };
}

df.app.orchestration('measure', function* (context) {
  const asked = context.df.getInput<Measurement>();
  if (!asked) throw new Error('measure was started without a rule');
  try {
    return asked.source === 'query'
      ? yield* takeStep(context, 'query-logs', asked, queryPatience(context))
      : yield* takeStep(context, 'read-run-metric', asked, lasting(context, dayMs));
  } catch (error) {
    const note = messageOf(error);
    const { model } = asked.pinned.config;
    if (!context.df.isReplaying) {
      context.warn(`${asked.source} rule ${asked.rule} of model ${model} judges nothing this time: ${note}`);
    }
    const measured: Measured = { breaches: 0, recoveries: 0, note };
    return measured;
  }
});
