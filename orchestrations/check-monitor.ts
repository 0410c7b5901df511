/**
 * check-monitor: a monitor of a model ran to its end; what is good again withdraws what still waits for it.
 *
 * Owns: asking once for each run, and again while the workspace is away. Does not own: what has recovered
 * (shared/signals/find-recovered.ts), what a recovery withdraws (take-recovery).
 */
import * as df from 'durable-functions';
import type { MonitorRunRef } from '../shared/signals/fact.ts';
import { takeStep } from './take-step.ts';

df.app.orchestration('check-monitor', function* (context) {
  const run = context.df.getInput<MonitorRunRef>();
  if (!run) throw new Error('check-monitor was started without a run');
  return yield* takeStep(context, 'offer-recoveries', run);
});
