/**
 * What held for a time, from the rows that say when it began and ended: champions, freezes, modes, the kill switch. Pure.
 *
 * Invariant: spans of one kind do not overlap, but for freezes, of which several may hold at once.
 */
import { freezeEnd } from '../admission/freezes.ts';
import { openCron } from '../config/cron.ts';
import type { Freeze } from '../config/schema.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import type { TimelineChampion, TimelineHold, TimelineSpan } from '../domain/timeline.ts';

interface Window {
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly until: string;
}

/** Whether a span has any part in a time. */
export function isIn({ from, until }: TimelineSpan, window: Window): boolean {
  return from < window.until && (until === null || until >= window.from);
}

/** `version` null: the one that served before does again. */
type Crowned = Omit<TimelineChampion, 'until' | 'version'> & { readonly version: string | null };
type Champion = Omit<TimelineChampion, 'until'>;

/** The earliest first. A champion ends where the next one begins. */
export function listChampions(
  runs: readonly Run[],
  releases: readonly ReleaseRow[],
  state: ModelState | null,
): readonly TimelineChampion[] {
  const told = [...runs.flatMap(crownedByRun), ...releases.flatMap(crownedByRelease)];
  const now = state?.champion;
  const since = state?.championSince;
  if (now && since !== undefined)
    told.push({ from: since, version: now.version, runId: now.runId ?? null, releaseId: null });
  const sorted = told.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const changes: Champion[] = [];
  for (const next of sorted) {
    const last = changes.at(-1);
    const version = next.version ?? changes.findLast((each) => each.version !== last?.version)?.version;
    if (version !== undefined && version !== last?.version) changes.push({ ...next, version });
  }
  return changes.map((each, at) => ({ ...each, until: changes[at + 1]?.from ?? null }));
}

function crownedByRun({
  runId,
  released,
  endedAt,
  challenger,
  registeredVersion,
  brokenGlass,
}: Run): Crowned[] {
  const from = brokenGlass?.at ?? endedAt;
  const version = registeredVersion ?? challenger?.version;
  return released && from !== null && version !== undefined
    ? [{ from, version, runId, releaseId: null }]
    : [];
}

/** From when it was first given every request; where it went back, what served before serves again. */
function crownedByRelease(release: ReleaseRow): Crowned[] {
  const { releaseId, runId, model, trail = [], isChampion, since, state, endedAt, isDrill } = release;
  if (isDrill) return [];
  const served = trail.find(
    ({ state }) => state === 'serving' || state === 'probation' || state === 'settled',
  );
  const from = served?.at ?? (isChampion ? since : null);
  if (from === null) return [];
  const back =
    state === 'rolled-back' && endedAt !== null
      ? [{ from: endedAt, version: null, runId: null, releaseId }]
      : [];
  return [{ from, version: model.version, runId, releaseId }, ...back];
}

/** Freezes and modes that operators have set, and the kill switch. Operations in any order; those that did nothing are passed over. */
export function listHolds(operations: readonly Operation[]): readonly TimelineHold[] {
  const holds: { -readonly [Key in keyof TimelineHold]: TimelineHold[Key] }[] = [];
  const end = (what: TimelineHold['what'], at: string): void => {
    for (const hold of holds)
      if (hold.what === what && (hold.until === null || hold.until > at)) hold.until = at;
  };
  for (const { action, at, by, reason, done } of operations.toSorted((a, b) => (a.at < b.at ? -1 : 1))) {
    if (!done) continue;
    const said = { from: at, until: null, by, reason };
    if (action.action === 'freeze') holds.push({ what: 'freeze', name: null, ...said, until: action.until });
    else if (action.action === 'thaw') end('freeze', at);
    else if (action.action === 'set-mode') {
      end('mode', at);
      if (action.mode !== 'file') holds.push({ what: 'mode', name: action.mode, ...said });
    } else if (action.action === 'stop') holds.push({ what: 'stop', name: null, ...said });
    else if (action.action === 'resume') end('stop', at);
  }
  return holds;
}

/** A pattern may come round every hour. */
const timesAtMost = 100;

/** When the freezes of the model file hold, as the file is now. */
export function listFileFreezes(freezes: readonly Freeze[], window: Window): readonly TimelineHold[] {
  return freezes.flatMap((freeze) =>
    timesOf(freeze, window).map(({ from, until }) => ({
      ...{ what: 'freeze' as const, name: freeze.name, by: null, from, until },
      reason: `freeze ${freeze.name} of the model file`,
    })),
  );
}

function timesOf(freeze: Freeze, window: Window): readonly TimelineSpan[] {
  if (freeze.cron === undefined) {
    const span = { from: new Date(freeze.from!).toISOString(), until: new Date(freeze.until!).toISOString() };
    return isIn(span, window) ? [span] : [];
  }
  const cron = openCron(freeze.cron, freeze.timeZone);
  const spans: TimelineSpan[] = [];
  const held = freezeEnd(freeze, window.from);
  let at = window.from;
  if (held !== null) {
    spans.push({ from: window.from, until: held });
    at = held;
  }
  while (spans.length < timesAtMost) {
    const begin = cron.nextRun(new Date(at))?.toISOString();
    if (begin === undefined || begin >= window.until) break;
    const until = freezeEnd(freeze, begin);
    if (until === null) break;
    spans.push({ from: begin, until });
    at = until;
  }
  return spans;
}
