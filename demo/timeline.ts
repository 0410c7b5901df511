/**
 * Lets virtual time pass, shows what happens on the way, and keeps what the ledger does not: who waited for what.
 *
 * A deferral is replaced in the ledger by the final answer, so that it must be seen while it stands: while something
 * waits, time stops at every noon for a look.
 */

import type { Production } from '../examples/spam-filter/production.ts';
import { advanceTo } from '../local/clock/advance.ts';
import type { LocalCloud } from '../local/launch/local-cloud.ts';
import type { Decision } from '../shared/domain/decision.ts';
import type { ReleaseRow } from '../shared/domain/release-state.ts';
import type { Run } from '../shared/domain/run.ts';
import type { Colleague } from './colleague.ts';
import type { Deferral } from './observations.ts';
import { type RatchetApi, whileWatching } from './ratchet-api.ts';
import type { View } from './view.ts';

export interface StoryParts {
  readonly local: LocalCloud;
  readonly api: RatchetApi;
  readonly production: Production;
  readonly colleague: Colleague;
  readonly view: View;
}

export interface Timeline {
  nowMs(): number;
  /** Lets time pass until `untilMs`, and everything that is due by then come to its end. */
  passUntil(untilMs: number): Promise<void>;
  /** Every wait that was seen, each reason of a signal once. */
  deferrals(): readonly Deferral[];
  /** Whether a signal waits, or a release is under way. */
  isBusy(): boolean;
  /** As they stood at the last look, the newest first. */
  releases(): readonly ReleaseRow[];
}

const dayMs = 86_400_000;

export function openTimeline({ local, api, view }: StoryParts, startMs: number): Timeline {
  const shown = new Set<string>();
  const deferrals: Deferral[] = [];
  let nowMs = startMs;
  let waiting = 0;
  let releases: readonly ReleaseRow[] = [];

  const isNew = (what: string): boolean => {
    const before = shown.size;
    return shown.add(what).size > before;
  };
  const seeDecision = (decision: Decision): void => {
    const { signal, outcome, reason } = decision;
    if (isNew(signal.id)) view.asks(decision);
    if (!isNew(`${signal.id} ${outcome} ${reason}`)) return;
    view.decision(decision);
    if (outcome === 'deferred') deferrals.push({ signalId: signal.id, reason });
  };
  const seeRun = async (run: Run): Promise<void> => {
    if (!isNew(`${run.runId} ${run.phase} ${run.outcome}`)) return;
    view.run(run, run.verdict === null || run.outcome === null ? null : await api.gateReport(run.runId));
  };
  const seeRelease = (row: ReleaseRow): void => {
    // A look that cannot say yet is no news.
    const { releaseId, state, step, asks } = row;
    if (state !== 'deploying' && isNew([releaseId, state, step, asks].join(' '))) view.release(row);
  };
  const pass = async (untilMs: number): Promise<void> => {
    const watcher = { decision: seeDecision, run: seeRun, release: seeRelease, tick: () => view.tick() };
    const seen = await whileWatching(api, watcher, advanceTo(local.controls(), untilMs));
    waiting = seen.decisions.filter(({ outcome }) => outcome === 'deferred').length;
    releases = seen.releases;
    nowMs = Math.max(nowMs, untilMs);
  };

  return {
    nowMs: () => nowMs,
    deferrals: () => deferrals,
    isBusy: () => waiting > 0 || releases.some(({ endedAt }) => endedAt === null),
    releases: () => releases,
    async passUntil(untilMs) {
      while (waiting > 0 && nextNoon(nowMs) < untilMs) await pass(nextNoon(nowMs));
      await pass(untilMs);
    },
  };
}

function nextNoon(ms: number): number {
  return (Math.floor((ms - dayMs / 2) / dayMs) + 1.5) * dayMs;
}
