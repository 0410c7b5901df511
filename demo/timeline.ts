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
import type { Run } from '../shared/domain/run.ts';
import type { Deferral } from './observations.ts';
import { type RatchetApi, whileWatching } from './ratchet-api.ts';
import type { View } from './view.ts';

export interface StoryParts {
  readonly local: LocalCloud;
  readonly api: RatchetApi;
  readonly production: Production;
  readonly view: View;
}

export interface Timeline {
  nowMs(): number;
  /** Lets time pass until `untilMs`, and everything that is due by then come to its end. */
  passUntil(untilMs: number): Promise<void>;
  /** Every wait that was seen, each reason of a signal once. */
  deferrals(): readonly Deferral[];
}

const dayMs = 86_400_000;

export function openTimeline({ local, api, production, view }: StoryParts, startMs: number): Timeline {
  const shown = new Set<string>();
  const deferrals: Deferral[] = [];
  let nowMs = startMs;
  let waiting = 0;

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
  const pass = async (untilMs: number): Promise<void> => {
    const versionBefore = production.champion()?.version;
    const watcher = { decision: seeDecision, run: seeRun, tick: () => view.tick() };
    const decisions = await whileWatching(api, watcher, advanceTo(local.controls(), untilMs));
    waiting = decisions.filter(({ outcome }) => outcome === 'deferred').length;
    nowMs = Math.max(nowMs, untilMs);
    const version = production.champion()?.version;
    if (version !== undefined && version !== versionBefore) view.takenUp(version);
  };

  return {
    nowMs: () => nowMs,
    deferrals: () => deferrals,
    async passUntil(untilMs) {
      while (waiting > 0 && nextNoon(nowMs) < untilMs) await pass(nextNoon(nowMs));
      await pass(untilMs);
    },
  };
}

function nextNoon(ms: number): number {
  return (Math.floor((ms - dayMs / 2) / dayMs) + 1.5) * dayMs;
}
