/**
 * look-at-schedules: offers the signals of schedules that have come due since the last look.
 *
 * Owns: what time it is. Does not own: what is due (shared/signals/due-schedules.ts), when to look (schedule-tick).
 */
import * as df from 'durable-functions';
import type { ScheduleScanInput } from '../shared/dispatch/start-look.ts';
import type { ScheduleScan } from '../shared/signals/due-schedules.ts';
import { lasting, twoMinutesMs } from './patience.ts';
import { now, takeStep } from './take-step.ts';

df.app.orchestration('look-at-schedules', function* (context) {
  const previous = context.df.getInput<ScheduleScanInput>()?.previous ?? null;
  const time = now(context);
  // A clock that was set back mutes nothing: what is due is due by the new one. A tick that passes twice asks once, for
  // its signal's id names it.
  const patience = lasting(context, twoMinutesMs);
  const { known, quiet } = yield* takeStep(context, 'offer-due-signals', { previous, now: time }, patience);
  const look: ScheduleScan = { lookedAt: time, known, ...(quiet && { quiet }) };
  return look;
});
