/** What a model file says of a moment: which freezes hold, what is left of the budget, what asks by time next. Pure. */
import { dropOld, sumHours } from '../admission/budget.ts';
import { freezeEnd } from '../admission/freezes.ts';
import { durationMs } from '../admission/time.ts';
import { openCron } from '../config/cron.ts';
import { limitHours } from '../config/estimate.ts';
import type { Budget } from '../config/policy-schema.ts';
import type { Freeze, ModelConfig } from '../config/schema.ts';
import type { ModelState, Spent } from '../domain/model-state.ts';
import type { ModelOverview, OverviewFreeze } from '../domain/overview.ts';

/** The one that lasts longest first. */
export function freezesOf(
  ofFile: readonly Freeze[],
  ofOperators: NonNullable<ModelState['frozen']>,
  at: string,
): readonly OverviewFreeze[] {
  const inFile = ofFile.flatMap((freeze): OverviewFreeze[] => {
    const until = freezeEnd(freeze, at);
    return until === null
      ? []
      : [{ name: freeze.name, by: null, reason: `freeze ${freeze.name} of the model file`, until }];
  });
  const set = ofOperators
    .filter(({ until }) => until === null || until > at)
    .map(({ by, reason, until }): OverviewFreeze => ({ name: null, by, reason: `${by}: ${reason}`, until }));
  return [...inFile, ...set].sort((a, b) => ((a.until ?? '~') < (b.until ?? '~') ? 1 : -1));
}

export function budgetOf(
  budget: Budget,
  spent: readonly Spent[],
  at: string,
): NonNullable<ModelOverview['budget']> {
  const limit = limitHours(budget);
  const used = sumHours(dropOld(spent, budget.window, at));
  return { window: budget.window, limitHours: limit, usedHours: used, leftHours: Math.max(0, limit - used) };
}

export function nextScheduleOf(
  { triggers }: ModelConfig,
  championSince: string | null,
  at: string,
): ModelOverview['nextSchedule'] {
  const { schedules, queries, championAge } = triggers;
  const next = (kind: 'schedule' | 'query') => (each: { name: string; cron: string; timeZone: string }) => {
    const time = openCron(each.cron, each.timeZone).nextRun(new Date(at));
    return time ? [{ name: each.name, kind, at: time.toISOString() }] : [];
  };
  const ticks = [...schedules.flatMap(next('schedule')), ...queries.flatMap(next('query'))];
  const age =
    championAge === undefined || championSince === null ? null : ageTick(championAge, championSince, at);
  const all =
    age === null ? ticks : [...ticks, { name: 'champion-age', kind: 'champion-age' as const, at: age }];
  return all.toSorted((a, b) => (a.at < b.at ? -1 : 1))[0] ?? null;
}

/** When the champion is so old, or as much older again. */
function ageTick(championAge: string, since: string, at: string): string {
  const [ageMs, sinceMs] = [durationMs(championAge), Date.parse(since)];
  const times = Math.max(1, Math.floor((Date.parse(at) - sinceMs) / ageMs) + 1);
  return new Date(sinceMs + times * ageMs).toISOString();
}
