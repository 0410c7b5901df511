/**
 * Which schedules, and which champions that have grown old, ask for a run now, and which queries are to be asked. Pure.
 *
 * Owns: ticks to signals and queries. Does not own: when somebody looks, nor the record of the last look (shared/dispatch/start-look.ts).
 *
 * Invariants
 * 1. A schedule or query asks at most once a look, for its latest tick, however many have passed since the last one.
 * 2. A signal's id names its tick: looks that overlap or are repeated ask once.
 * 3. A schedule that the last look did not know asks for no tick before this look.
 *
 * Daylight saving: a schedule with minutes and hours written out ticks once for each of them, at the first moment
 * after a gap and the first time of two. One with `*` or a step goes by real time: it skips the gap, and ticks in
 * both of the repeated hours.
 */
import { openCron } from '../config/cron.ts';
import { parseDurationMs } from '../config/duration.ts';
import type { ModelConfig, QueryTrigger, Schedule } from '../config/schema.ts';
import { clockToleranceMs } from '../domain/clock.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { Signal } from '../domain/signal.ts';

/** What a look leaves to the next one. */
export interface ScheduleScan {
  /** ISO 8601, UTC. */
  readonly lookedAt: string;
  /** What it looked at: keys of schedules and champion ages, see `listKeys`. */
  readonly known: readonly string[];
  /** By absence, until when looking for it would find the same (ISO 8601, UTC). Absent: nothing is missed. */
  readonly quiet?: { readonly [absence: string]: string };
}

/** Whether anything in a model file asks by time. */
export function asksByTime({ triggers, policy }: ModelConfig): boolean {
  const { schedules, queries, championAge, absences } = triggers;
  const asks = schedules.length > 0 || queries.length > 0 || championAge !== undefined;
  return asks || absences !== undefined || policy.advice === 'signal';
}

/** What a look at this model looks at. A schedule whose pattern was changed is another one. */
export function listKeys(config: ModelConfig): readonly string[] {
  const { schedules, queries, championAge } = config.triggers;
  return [
    ...schedules.map((schedule) => scheduleKey(config.model, schedule)),
    ...queries.map((query) => queryKey(config.model, query)),
    ...(championAge === undefined ? [] : [championKey(config.model, championAge)]),
    ...(config.policy.advice === 'signal' ? [adviceKey(config.model)] : []),
  ];
}

/** The schedules of a model that are due at `now`. `previous` is null at the very first look. */
export function findDueSchedules(
  config: ModelConfig,
  previous: ScheduleScan | null,
  now: string,
): readonly Signal[] {
  return config.triggers.schedules.flatMap((schedule) => {
    const tick = findDueTick(schedule, scheduleKey(config.model, schedule), previous, now);
    return tick === null ? [] : [scheduleSignal(config.model, schedule, tick)];
  });
}

/** Everything that asks by time and needs no look at another service. `state` is null where nobody knows it. */
export function findDueSignals(
  config: ModelConfig,
  state: ModelState | null,
  previous: ScheduleScan | null,
  now: string,
): readonly Signal[] {
  const due = findDueSchedules(config, previous, now);
  const old = findOldChampion(config, state, previous, now);
  return old ? [...due, old] : due;
}

interface DueQuery {
  /** Name of the rule. */
  readonly rule: string;
  /** ISO 8601, UTC. */
  readonly tick: string;
}

/** The queries of a model that are to be asked at `now`, as `findDueSchedules`. */
export function findDueQueries(
  config: ModelConfig,
  previous: ScheduleScan | null,
  now: string,
): readonly DueQuery[] {
  return config.triggers.queries.flatMap((query) => {
    const tick = findDueTick(query, queryKey(config.model, query), previous, now);
    return tick === null ? [] : [{ rule: query.name, tick }];
  });
}

/** When advice is asked for. */
export const adviceSchedule = { cron: '0 6 * * *', timeZone: 'UTC' } as const;

/** The tick of `policy.advice: signal` that is due at `now`; null: none, or the policy does not ask. */
export function findDueAdvice(
  { model, policy }: ModelConfig,
  previous: ScheduleScan | null,
  now: string,
): string | null {
  if (policy.advice !== 'signal') return null;
  return findDueTick(adviceSchedule, adviceKey(model), previous, now);
}

/** The latest tick between the last look, if that knew the key, and now. */
function findDueTick(
  { cron, timeZone }: Pick<Schedule, 'cron' | 'timeZone'>,
  key: string,
  previous: ScheduleScan | null,
  now: string,
): string | null {
  if (!previous || !knows(previous, key)) return null;
  // Runs earlier in the same second count as before a moment: one more millisecond takes in a tick right now.
  const latest = openCron(cron, timeZone).previousRuns(1, new Date(Date.parse(now) + 1))[0];
  return latest && latest.getTime() > Date.parse(previous.lookedAt) ? latest.toISOString() : null;
}

/**
 * The signal of a champion older than the model file allows, or null. It asks when the age is reached and whenever as
 * much time has passed again; at the first look at once. Without a champion, or a time of its release, nothing asks.
 */
export function findOldChampion(
  config: ModelConfig,
  state: ModelState | null,
  previous: ScheduleScan | null,
  now: string,
): Signal | null {
  const { championAge } = config.triggers;
  const since = state && releaseTimeOf(state);
  if (championAge === undefined || !state?.champion || !since) return null;
  const ageMs = parseDurationMs(championAge) ?? 0;
  // Released by a clock that was ahead, nobody knows when: it asks once in an age until the state has been mended.
  const isAhead = Date.parse(since) > Date.parse(now) + clockToleranceMs;
  const sinceMs = isAhead ? 0 : Date.parse(since);
  const times = Math.floor((Date.parse(now) - sinceMs) / ageMs);
  if (!(times >= 1)) return null;
  const tickMs = sinceMs + times * ageMs;
  const isKnown = previous !== null && knows(previous, championKey(config.model, championAge));
  if (!isKnown && isAhead) return null;
  if (isKnown && tickMs <= Date.parse(previous!.lookedAt)) return null;
  const { version } = state.champion;
  const tick = new Date(tickMs).toISOString();
  return {
    id: `champion-age:${config.model}:${tick}`,
    model: config.model,
    kind: 'schedule',
    observedAt: tick,
    source: 'schedule',
    summary: `Champion ${version} was released at ${since}; the model file allows it an age of ${championAge}.`,
    evidence: { champion: version, releasedAt: since, championAge, tick },
  };
}

/** States of before it was kept know the release only if their last run made it. */
function releaseTimeOf({ championSince, lastRun }: ModelState): string | null {
  return championSince ?? (lastRun?.outcome === 'released' ? lastRun.endedAt : null);
}

function scheduleSignal(model: string, { name, cron, timeZone }: Schedule, tick: string): Signal {
  return {
    id: `schedule:${model}:${name}:${tick}`,
    model,
    kind: 'schedule',
    observedAt: tick,
    source: 'schedule',
    summary: `Schedule ${name} (${cron}, ${timeZone}) was due at ${tick}.`,
    evidence: { schedule: name, cron, timeZone, tick },
  };
}

const known = new WeakMap<ScheduleScan, ReadonlySet<string>>();

/** Whether a look has looked at what bears this key. Every model asks, and each look leaves the keys of all. */
function knows(look: ScheduleScan, key: string): boolean {
  const keys = known.get(look) ?? new Set(look.known);
  known.set(look, keys);
  return keys.has(key);
}

function scheduleKey(model: string, { name, cron, timeZone }: Schedule): string {
  return `${model} ${name} ${cron} ${timeZone}`;
}

function queryKey(model: string, { name, cron, timeZone }: QueryTrigger): string {
  return `${model} query ${name} ${cron} ${timeZone}`;
}

function adviceKey(model: string): string {
  return `${model} advice`;
}

function championKey(model: string, championAge: string): string {
  return `${model} champion-age ${championAge}`;
}
