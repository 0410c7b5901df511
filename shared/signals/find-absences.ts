/**
 * What has not come for longer than a model file allows. Pure.
 *
 * Owns: how each absence stands, and the signal, recovery and check that follow. Does not own: when somebody looks
 * (shared/dispatch/look-for-absences.ts), nor noting what comes (shared/admission/news.ts).
 *
 * The form is that of others: Prometheus' `absent_over_time`, with the time kept by each thing's own last sample in place of a
 * range; Prefect's proactive triggers, which fire once for an absence and resolve when events come again; Grafana and Datadog,
 * which tell "no data" apart from a breach and have it notify before it does anything else.
 *
 * Invariants
 * 1. An absence is told once: its signal's id names when it was due, and what its entity knows of it tells that it goes on.
 * 2. Times are those of observation: what is told late or out of order counts as if it had come in time.
 * 3. Nothing is absent before it first came, or was to come.
 * 4. Only something that comes, or another rule in the file, ends an absence: a clock that is set back does not.
 */
import type { Absence } from '../config/absence-schema.ts';
import { cameKey, cameKeys } from '../config/came-keys.ts';
import { parseDurationMs } from '../config/duration.ts';
import type { ModelConfig } from '../config/schema.ts';
import { absenceCause, nameAwaited } from '../domain/absence.ts';
import type { CheckRow } from '../domain/check.ts';
import { clockToleranceMs } from '../domain/clock.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { Recovery, Signal } from '../domain/signal.ts';

interface Standing {
  readonly absence: Absence;
  readonly standing: 'none-yet' | 'coming' | 'absent';
  /** When the last was observed, or the first was to come (ISO 8601, UTC); null: neither is known. */
  readonly since: string | null;
  /** When the last was observed; null: none is known. */
  readonly came: string | null;
  /** From when on it is absent (ms since 1970); infinite where nothing says so. */
  readonly dueMs: number;
  /** For a person. */
  readonly sentence: string;
}

/** What follows from how an absence stands: nothing, as a rule. */
export interface AbsenceLook extends Standing {
  readonly signal: Signal | null;
  readonly recovery: Recovery | null;
  /** Null: the same was found before, or there is nothing to find yet. */
  readonly check: CheckRow | null;
  /** Until when another look would find the same, whatever comes (ISO 8601, UTC); null: what comes changes it. */
  readonly quietUntil: string | null;
}

/** Before anything has come, nobody looks more often. */
const longestQuietMs = 3_600_000;

/** `state` is null where there is none: then nothing has come. `now`: ISO 8601, UTC. */
export function lookForAbsences(
  config: ModelConfig,
  state: ModelState | null,
  now: string,
): readonly AbsenceLook[] {
  return (config.triggers.absences ?? []).map((absence) => {
    const standing = findStanding(config, absence, state, now);
    return { ...standing, ...findNews(config.model, standing, state, now) };
  });
}

function findStanding(
  { triggers }: ModelConfig,
  absence: Absence,
  state: ModelState | null,
  now: string,
): Standing {
  const came = findLast(triggers, cameKey(triggers, absence), state);
  const from = absence.from === undefined ? null : new Date(absence.from).toISOString();
  const since = came === null || (from !== null && from > came) ? from : came;
  const what = nameAwaited(absence.of);
  if (since === null) {
    const sentence = `No ${what} has come yet: nothing is missed before the first has.`;
    return { absence, standing: 'none-yet', since, came, dueMs: Number.POSITIVE_INFINITY, sentence };
  }
  const nowMs = Date.parse(now);
  const dueMs = Date.parse(since) + parseDurationMs(absence.for)!;
  // Noted by a clock that was ahead, nobody knows when it was: the signal has the state mended.
  const isAhead = came !== null && Date.parse(came) > nowMs + clockToleranceMs;
  const isAbsent = isAhead || nowMs >= dueMs;
  const standing = isAbsent ? 'absent' : 'coming';
  const sentence = describe({ absence, standing, since, isFirst: came !== since, isAhead });
  return { absence, standing, since, came, dueMs: isAhead ? nowMs : dueMs, sentence };
}

/** Windows of its rules tell of what came before the file missed it. */
function findLast(triggers: ModelConfig['triggers'], key: string, state: ModelState | null): string | null {
  const { came = {}, watched = {} } = state ?? {};
  const windows = Object.keys(watched)
    .filter((cause) => cameKeys(triggers, { cause }).includes(key))
    .flatMap((cause) => watched[cause]!.at(-1)?.at ?? []);
  return [...windows, ...(came[key] === undefined ? [] : [came[key]])].sort().at(-1) ?? null;
}

interface Described extends Pick<Standing, 'absence' | 'standing'> {
  readonly since: string;
  /** Whether none has come, or none since it was to come. */
  readonly isFirst: boolean;
  readonly isAhead: boolean;
}

function describe({ absence: { name, of, for: allowed }, standing, since, ...is }: Described): string {
  const what = nameAwaited(of);
  if (standing === 'coming')
    return is.isFirst
      ? `No ${what} has come yet: the first is expected from ${since} on.`
      : `The last ${what} is of ${since}.`;
  const from = is.isFirst ? ', from when on the first was expected' : '';
  const odd = is.isAhead ? ', as a clock that was ahead has it' : '';
  return `No ${what} has come since ${since}${from}${odd}; absence ${name} allows ${allowed}.`;
}

type News = Pick<AbsenceLook, 'signal' | 'recovery' | 'check' | 'quietUntil'>;

const noNews: News = { signal: null, recovery: null, check: null, quietUntil: null };

function findNews(model: string, of: Standing, state: ModelState | null, now: string): News {
  const { absence, standing, since, dueMs, sentence } = of;
  const [nowMs, forMs] = [Date.parse(now), parseDurationMs(absence.for)!];
  const told = state?.watched?.[absenceCause(absence.name)]?.at(-1);
  const isOpen = told?.bad ?? false;
  if (since === null) return { ...noNews, quietUntil: isoOf(nowMs + Math.min(forMs, longestQuietMs)) };
  if (standing === 'absent') {
    if (isOpen) return noNews;
    const signal = makeSignal(model, of);
    return { ...noNews, signal, check: makeCheck(model, of, signal.observedAt!, 'breached', signal.id) };
  }
  const quietUntil = isoOf(Math.min(dueMs, nowMs + forMs));
  if (!isOpen) return { ...noNews, quietUntil, check: makeCheck(model, of, now, 'fine', null) };
  if (dueMs <= Date.parse(told!.at)) return noNews;
  const cause = absenceCause(absence.name);
  const recovery = {
    id: `recovery:${model}:${cause}:${since}`,
    model,
    cause,
    observedAt: since,
    source: absenceSource,
    summary: sentence,
  };
  return { signal: null, recovery, check: makeCheck(model, of, now, 'recovered', null), quietUntil: null };
}

const absenceSource = 'absence';
const isoOf = (ms: number): string => new Date(ms).toISOString();

/** When it was due by what came last, which may be noted by a clock that was ahead: the same at every look. */
const dueOf = ({ absence, since }: Pick<Standing, 'absence' | 'since'>): string =>
  isoOf(Date.parse(since!) + parseDurationMs(absence.for)!);

const idOf = (model: string, of: Pick<Standing, 'absence' | 'since'>): string =>
  `${absenceCause(`${model}:${of.absence.name}`)}:${dueOf(of)}`;

function makeSignal(model: string, { absence, since, dueMs, sentence }: Standing): Signal {
  const { name, of, for: allowed } = absence;
  return {
    id: idOf(model, { absence, since }),
    model,
    kind: 'absence',
    observedAt: isoOf(dueMs),
    source: absenceSource,
    summary: sentence,
    evidence: { absence: name, of, for: allowed, since, due: dueOf({ absence, since }) },
    cause: absenceCause(name),
  };
}

function makeCheck(
  model: string,
  { absence, came, sentence }: Standing,
  at: string,
  verdict: CheckRow['verdict'],
  signalId: string | null,
): CheckRow {
  const none = { metric: null, value: null, limit: null, sample: null, minimumSample: null } as const;
  const { name: rule } = absence;
  return {
    ...{ rule, kind: 'absence', model, at, source: absenceSource, ...none },
    ...{ window: came, verdict, sentence, signalId },
  };
}

/** How the absences of a model stand now, as checks. */
export function checkAbsences(config: ModelConfig, state: ModelState, now: string): readonly CheckRow[] {
  const verdicts = { 'none-yet': 'missing', coming: 'fine', absent: 'breached' } as const;
  return lookForAbsences(config, state, now).map((look) => {
    const isAbsent = look.standing === 'absent';
    const at = isAbsent ? isoOf(look.dueMs) : (look.since ?? now);
    const id = isAbsent ? idOf(config.model, look) : null;
    return makeCheck(config.model, look, at, verdicts[look.standing], id);
  });
}
