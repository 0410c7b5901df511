/**
 * Whether a rule is bad for long enough to ask: `breaches` of its last `of` windows, and the latest still bad. Pure.
 *
 * Windows are ordered by when they were observed, not by when they were told: deliveries may be late or out of order.
 */
import type { ModelState, WatchedWindow } from '../domain/model-state.ts';
import { counted, plural } from '../domain/plural.ts';

type Watched = NonNullable<ModelState['watched']>;

/** As many windows as a rule may ask for. */
const windowsAtMost = 20;
const causesAtMost = 20;

/** Adds one look at a rule. A second look at the same moment replaces the first. */
export function noteWindow(watched: Watched, cause: string, window: WatchedWindow): Watched {
  const { [cause]: known = [], ...rest } = watched;
  const others: Record<string, readonly WatchedWindow[]> = rest;
  const windows = keepLatest(insert(known, window));
  // The cause looked at last comes last: the one that nobody has looked at for longest makes room.
  const names = Object.keys(others);
  if (names.length >= causesAtMost) delete others[names[0]!];
  return { ...others, [cause]: windows };
}

function insert(known: readonly WatchedWindow[], window: WatchedWindow): readonly WatchedWindow[] {
  const last = known.at(-1);
  if (!last || last.at < window.at) return [...known, window];
  const replaced = known.find(({ at }) => at === window.at);
  const added = { ...window, ...(replaced?.since !== undefined && { since: replaced.since }) };
  return [...known.filter((each) => each !== replaced), added].sort((a, b) => (a.at < b.at ? -1 : 1));
}

/** Of one too many the first goes; what comes after it knows since when all were bad. */
function keepLatest(windows: readonly WatchedWindow[]): readonly WatchedWindow[] {
  const [dropped, first, ...rest] = windows;
  if (windows.length <= windowsAtMost || !dropped || !first) return windows;
  if (!isBeyond(first) || first.since !== undefined) return [first, ...rest];
  return [{ ...first, since: (isBeyond(dropped) && dropped.since) || dropped.at }, ...rest];
}

const isBeyond = ({ bad, unsure }: WatchedWindow): boolean => bad || unsure === true;

/**
 * After which moment all windows lie beyond their threshold: that of the last that does not, or of the first where none is known;
 * null: the latest does not.
 */
export function beyondSince(windows: readonly WatchedWindow[]): string | null {
  const good = windows.findLastIndex((window) => !isBeyond(window));
  const first = windows[good + 1];
  return first ? (windows[good]?.at ?? first.since ?? first.at) : null;
}

/** Why a bad window does not ask yet, or null where it does. */
export function findLackOfPersistence(
  windows: readonly WatchedWindow[],
  { breaches, of }: { readonly breaches: number; readonly of: number },
): { readonly because: string; readonly changedBy: string } | null {
  const latest = windows.at(-1);
  if (latest && !latest.bad) {
    return {
      because: `a later window, of ${latest.at}, is good again`,
      changedBy: 'A breach in a window later than that.',
    };
  }
  const last = windows.slice(-of);
  const bad = last.filter((window) => window.bad).length;
  if (bad >= breaches) return null;
  return {
    because: `${bad} of the last ${counted(of, 'window')} ${bad === 1 ? 'is' : 'are'} bad, and the rule requires ${breaches}`,
    changedBy: `Admissible at ${breaches} bad ${plural(breaches, 'window')} of ${of}: ${breaches - bad} more.`,
  };
}
