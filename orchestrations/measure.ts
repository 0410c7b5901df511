/**
 * measure: fetches one number, or the numbers of one query, and offers what a rule says of them.
 *
 * Owns: that a number that cannot be had is no judgement, said once in the log.
 * Does not own: when to measure (look-at-schedules, workspace-events), fetching and judging (the two steps).
 */
import * as df from 'durable-functions';
import type { Measured, Measurement, QueryMeasurement } from '../shared/signals/measurement.ts';
import { dayMs, lasting, type Patience, twoMinutesMs } from './patience.ts';
import { messageOf, takeStep } from './take-step.ts';

/** A query is dear: it is asked less often than other steps are taken. */
function queryPatience(context: df.OrchestrationContext, { until }: QueryMeasurement): Patience {
  const { untilMs } = until === undefined ? lasting(context, twoMinutesMs) : { untilMs: Date.parse(until) };
  return { untilMs, pauseMs: 40_000 };
}

/** Whoever looks at a measurement that has not ended reads in its status what it waits for. */
function tellOf(context: df.OrchestrationContext): Pick<Patience, 'tell'> {
  return {
    // biome-ignore lint/correctness/useYield: nothing is waited for; others that tell write to the ledger.
    *tell(_step, waits) {
      context.df.setCustomStatus(waits === null ? {} : { waits });
    },
  };
}

df.app.orchestration('measure', function* (context) {
  const asked = context.df.getInput<Measurement>();
  if (!asked) throw new Error('measure was started without a rule');
  try {
    return asked.source === 'query'
      ? yield* takeStep(context, 'query-logs', asked, {
          ...queryPatience(context, asked),
          ...tellOf(context),
        })
      : yield* takeStep(context, 'read-run-metric', asked, {
          ...lasting(context, dayMs),
          ...tellOf(context),
        });
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
