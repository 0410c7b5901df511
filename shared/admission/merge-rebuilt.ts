/**
 * What a model's state takes of one that was made anew, and how that is told. Pure.
 *
 * Invariants
 * 1. A new state takes all of it. One that has gone on keeps what it has, and takes what it lacks or what is later.
 * 2. Doing it twice changes nothing the second time.
 */
import { type ModelState, newModelState, type Spent } from '../domain/model-state.ts';
import { keepFrozen } from './operate.ts';
import { addMs } from './time.ts';

/** One thing that a rebuild changes, for a person. */
export interface RebuiltChange {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** The time in a run's row may be a little later than the one its admission was counted at. */
const sameStartMs = 60_000;

export function mergeRebuilt(state: ModelState, rebuilt: ModelState): ModelState {
  if (state === newModelState) return rebuilt;
  const known = new Set(state.answered.map(({ id }) => id));
  const answered = rebuilt.answered.filter(({ id }) => !known.has(id));
  const waiting = (rebuilt.waiting ?? []).filter((id) => !known.has(id));
  const starts = earlierThan(rebuilt.starts ?? [], state.starts ?? [], (at) => at);
  const spent = earlierThan<Spent>(rebuilt.spent ?? [], state.spent ?? [], ({ at }) => at);
  const unsuccessful = Math.max(state.unsuccessful ?? 0, rebuilt.unsuccessful ?? 0);
  const mode = isLater(rebuilt.mode?.at, state.mode?.at) ? rebuilt.mode : state.mode;
  const frozenAt = new Set((state.frozen ?? []).map(({ at }) => at));
  const frozen = (rebuilt.frozen ?? []).filter(({ at }) => !frozenAt.has(at));
  return {
    ...state,
    ...pickChampion(state, rebuilt),
    lastRun: isLater(rebuilt.lastRun?.endedAt, state.lastRun?.endedAt) ? rebuilt.lastRun : state.lastRun,
    answered: [...answered, ...state.answered],
    ...(unsuccessful > 0 && { unsuccessful }),
    ...(starts.length > 0 && { starts: [...starts, ...(state.starts ?? [])].slice(-100) }),
    ...(spent.length > 0 && { spent: [...spent, ...(state.spent ?? [])] }),
    ...(waiting.length > 0 && { waiting: [...(state.waiting ?? []), ...waiting] }),
    ...(mode && { mode }),
    ...((state.came || rebuilt.came) && { came: latestOf(state.came ?? {}, rebuilt.came ?? {}) }),
    ...(frozen.length > 0 && { frozen: keepFrozen([...frozen, ...(state.frozen ?? [])]) }),
  };
}

function latestOf(
  own: NonNullable<ModelState['came']>,
  rebuilt: NonNullable<ModelState['came']>,
): NonNullable<ModelState['came']> {
  const all = { ...rebuilt, ...own };
  return Object.fromEntries(
    Object.entries(all).map(([key, at]) => [key, isLater(rebuilt[key], at) ? rebuilt[key]! : at]),
  );
}

function pickChampion(
  state: ModelState,
  rebuilt: ModelState,
): Pick<ModelState, 'champion' | 'championSince'> {
  const takes =
    rebuilt.champion !== null &&
    (state.champion === null || isLater(rebuilt.championSince, state.championSince));
  if (!takes || isSameVersion(state, rebuilt)) return {} as Pick<ModelState, 'champion'>;
  const { champion, championSince } = rebuilt;
  return { champion, ...(championSince !== undefined && { championSince }) };
}

function isSameVersion({ champion: a }: ModelState, { champion: b }: ModelState): boolean {
  return a !== null && a.name === b?.name && a.version === b.version;
}

function isLater(next: string | undefined, known: string | undefined): boolean {
  return next !== undefined && (known === undefined || next > known);
}

/** What lies before everything that the state has of its own. */
function earlierThan<T>(
  rebuilt: readonly T[],
  own: readonly T[],
  timeOf: (entry: T) => string,
): readonly T[] {
  if (own.length === 0) return rebuilt;
  const first = own.map(timeOf).reduce((a, b) => (a < b ? a : b));
  return rebuilt.filter((entry) => timeOf(entry) < addMs(first, -sameStartMs));
}

/** What a rebuild changes, in the order in which it matters to a person. */
export function describeRebuild(before: ModelState, after: ModelState): readonly RebuiltChange[] {
  return Object.entries(views).flatMap(([what, view]) => {
    const [was, is] = [view(before), view(after)];
    return was === is ? [] : [{ what, before: was, after: is }];
  });
}

const views: Readonly<Record<string, (state: ModelState) => string>> = {
  champion: ({ champion, championSince }) =>
    champion ? `${champion.version}${championSince ? ` since ${championSince}` : ''}` : 'none',
  'run under way': ({ live }) => live?.runId ?? 'none',
  'last run': ({ lastRun }) =>
    lastRun ? `${lastRun.runId}, ${lastRun.outcome} at ${lastRun.endedAt}` : 'none',
  'runs without a release': ({ unsuccessful = 0 }) => String(unsuccessful),
  'runs counted by the rate': ({ starts = [] }) => String(starts.length),
  'hours spent': ({ spent = [] }) =>
    String(Number(spent.reduce((sum, { computeHours }) => sum + computeHours, 0).toFixed(2))),
  mode: ({ mode }) => (mode ? `${mode.mode}, set by ${mode.by}` : 'that of the model file'),
  freezes: ({ frozen = [] }) =>
    frozen.map(({ by, until }) => `by ${by} until ${until ?? 'thawed'}`).join(', ') || 'none',
  'signals that wait': ({ waiting = [] }) => String(waiting.length),
  'what last came': ({ came = {} }) =>
    Object.entries(came)
      .map(([key, at]) => `${key} at ${at}`)
      .join(', ') || 'not known',
  'signals remembered': ({ answered }) => String(answered.length),
};
