/**
 * One line of the fleet's table: what a model's state, its card and its file come to. Pure.
 *
 * Owns: the words for what a model is doing, and what waits for whom. Does not own: reading (read-overview.ts).
 */

import { runOfGlass } from '../domain/broken-glass.ts';
import type { ModelCard } from '../domain/model-card.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { ModelOverview, OverviewRelease } from '../domain/overview.ts';
import { checkAbsences } from '../signals/find-absences.ts';
import { budgetOf, freezesOf, nextScheduleOf } from './by-the-file.ts';
import { describeState } from './describe-state.ts';
import type { KnownModel } from './known-model.ts';
import { listWaits } from './list-waits.ts';

const waitsAtMost = 10;

export function describeModel(known: KnownModel): ModelOverview {
  const { model, pinned, problems, state, card, at } = known;
  const policy = pinned?.config.policy;
  const champion = state?.champion ?? null;
  const waits = listWaits(known);
  const freezes = freezesOf(policy?.freezes ?? [], state?.frozen ?? [], at);
  const release = releaseOf(card);
  const health = healthOf(known);
  const mode = state?.mode?.mode ?? policy?.mode ?? null;
  return {
    model,
    description: pinned?.config.description || null,
    state: describeState({ ...known, waits, freezes, release, health, mode }),
    mode: { mode, setBy: state?.mode ?? null },
    champion: champion && {
      version: champion.version,
      runId: champion.runId ?? null,
      since: state?.championSince ?? null,
    },
    health,
    lastDecision: card.lastDecision,
    waits: waits.slice(0, waitsAtMost),
    waitsLeftOut: Math.max(0, waits.length - waitsAtMost),
    run: runOf(state, card),
    release,
    budget: policy?.budget ? budgetOf(policy.budget, state?.spent ?? [], at) : null,
    nextSchedule: pinned && nextScheduleOf(pinned.config, state?.championSince ?? null, at),
    freezes,
    problems,
  };
}

/** The ledger may be a moment behind: a run that the state has under way is told as far as the card knows it. */
function runOf(state: ModelState | null, { run }: ModelCard): ModelOverview['run'] {
  const live = state?.live;
  if (!live || live.breaksGlass || run?.runId === live.runId) return run;
  const { runId, since: startedAt, kind = 'retrain', reevaluates } = live;
  const begun = { phase: kind === 'promote' ? 'evaluate' : 'train', outcome: null, sentence: '' } as const;
  return {
    runId: runOfGlass(runId),
    kind: reevaluates ? 'reevaluate' : kind,
    ...begun,
    startedAt,
    endedAt: null,
  };
}

/** The one that holds its target, or waits for it; or else the last. */
function releaseOf({ releases }: ModelCard): OverviewRelease | null {
  const open = releases.filter(({ endedAt }) => endedAt === null);
  const found = open.find(({ state }) => state !== 'queued') ?? open.at(-1) ?? releases.at(-1);
  if (!found) return null;
  const { releaseId, version, state, stage, step, sentence, since, endedAt } = found;
  return { releaseId, version, state, stage, step, sentence, since, endedAt };
}

/** Rules that the file has no more are nobody's health. */
function healthOf({ card: { checks }, pinned, state, at }: KnownModel): ModelOverview['health'] {
  const triggers = pinned?.config.triggers;
  const rules = triggers
    ? [...triggers.metrics, ...triggers.queries, ...triggers.runs].map(({ name }) => name)
    : [];
  const absences = triggers?.absences?.map(({ name }) => name) ?? [];
  const own = [
    ...checks.filter(({ kind, rule }) =>
      kind === 'absence' ? !state && absences.includes(rule) : kind === 'drift' || rules.includes(rule),
    ),
    ...(pinned && state ? checkAbsences(pinned.config, state, at) : []),
  ];
  const has = (...verdicts: string[]): boolean => own.some(({ verdict }) => verdicts.includes(verdict));
  const verdict = has('breached')
    ? 'breached'
    : has('failed')
      ? 'failed'
      : has('fine', 'recovered')
        ? 'fine'
        : 'unknown';
  return { verdict, checks: own.toSorted((a, b) => (a.rule < b.rule ? -1 : 1)) };
}
