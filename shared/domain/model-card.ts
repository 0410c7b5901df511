/**
 * How a model stands, as far as the ledger knows: one small document, kept beside the rows it is made of. Plain JSON, bounded.
 *
 * Owns: the shape, and what each fact makes of it. Does not own: keeping it (shared/ledger/cards.ts).
 *
 * Invariant: a fact that comes late or twice takes nothing back.
 */
import type { CheckRow } from './check.ts';
import type { Decision } from './decision.ts';
import type { Operation } from './operation.ts';
import type { LastDecision, OverviewRelease, OverviewRun } from './overview.ts';
import type { ReleaseRow } from './release-state.ts';
import type { Run } from './run.ts';

/** A signal that waits, as its latest answer has it. */
interface WaitingSignal {
  readonly signalId: string;
  readonly reason: Decision['reason'];
}

interface CardRelease extends OverviewRelease {
  readonly writtenAt: string;
  /** Whether a person is asked: for an approval, or for anything else. */
  readonly asks: boolean;
}

export interface ModelCard {
  readonly lastDecision: LastDecision | null;
  /** The latest last. */
  readonly waiting: readonly WaitingSignal[];
  /** The one that started last. */
  readonly run: OverviewRun | null;
  /** Those under way, and the last that ended; the latest last. */
  readonly releases: readonly CardRelease[];
  /** The first of the two who override the gates has spoken, of which run, and when. */
  readonly glass: { readonly runId: string; readonly at: string } | null;
  /** The last check of each rule, the one checked last at the end. */
  readonly checks: readonly CheckRow[];
  /** Absent on cards of before it was kept. */
  readonly latest?: Partial<Latest>;
}

/** Times (ISO 8601, UTC) than which nothing is later that lists put first; null: there is nothing. */
export interface Latest {
  /** When a signal was first offered. */
  readonly decision: string | null;
  /** When a run, and a release, began. */
  readonly run: string | null;
  readonly release: string | null;
}

export const newModelCard: ModelCard = {
  lastDecision: null,
  waiting: [],
  run: null,
  releases: [],
  glass: null,
  checks: [],
};

/** What a card of before they were kept shows: nothing is decided before it was offered, nor ends before it began. */
export function latestOf({ latest = {}, lastDecision, run, releases }: ModelCard): Latest {
  const times = releases.flatMap(({ since, endedAt }) => [since, endedAt]);
  return {
    decision: latestTime(latest.decision, lastDecision?.at),
    run: latestTime(latest.run, run?.startedAt),
    release: latestTime(latest.release, ...times),
  };
}

function latestTime(...times: readonly (string | null | undefined)[]): string | null {
  return times.reduce<string | null>((last, at) => (at && (last === null || at > last) ? at : last), null);
}

/** Kept beside what is shown: a clock that was set back has something offered after it was decided. */
function noteTime(card: ModelCard, kind: keyof Latest, at: string): ModelCard {
  return { ...card, latest: { ...card.latest, [kind]: latestTime(card.latest?.[kind], at) } };
}

const waitingAtMost = 20;
const releasesAtMost = 10;
const checksAtMost = 50;
const longestSentence = 600;

export function noteDecision(before: ModelCard, decision: Decision): ModelCard {
  const card = noteTime(before, 'decision', decision.offeredAt);
  const { signal, outcome, reason, sentence, decidedAt } = decision;
  const isLater = card.lastDecision === null || decidedAt >= card.lastDecision.at;
  const others = card.waiting.filter(({ signalId }) => signalId !== signal.id);
  const waiting = outcome === 'deferred' ? [...others, { signalId: signal.id, reason }] : others;
  return {
    ...card,
    waiting: waiting.slice(-waitingAtMost),
    ...(isLater && {
      lastDecision: {
        signalId: signal.id,
        kind: signal.kind,
        outcome,
        reason,
        sentence: cut(sentence),
        at: decidedAt,
      },
    }),
  };
}

export function noteRun(before: ModelCard, run: Run): ModelCard {
  const card = noteTime(before, 'run', run.startedAt);
  const { runId, kind, phase, outcome, sentence, startedAt, endedAt } = run;
  const known = card.run;
  const isOlder = known !== null && known.runId !== runId && known.startedAt > startedAt;
  const goesBack = known?.runId === runId && known.endedAt !== null && endedAt === null;
  if (isOlder || goesBack) return card;
  return { ...card, run: { runId, kind, phase, outcome, sentence: cut(sentence), startedAt, endedAt } };
}

export function noteRelease(before: ModelCard, release: ReleaseRow): ModelCard {
  const card = noteTime(before, 'release', release.startedAt);
  const { releaseId, model, state, stage, step, sentence, since, endedAt, writtenAt } = release;
  const known = card.releases.find((each) => each.releaseId === releaseId);
  if (known && known.writtenAt > writtenAt) return card;
  const asks = endedAt === null && (release.asks !== null || state === 'waiting-for-approval');
  const next = { releaseId, version: model.version, state, stage, step, sentence: cut(sentence), since };
  const others = card.releases.filter((each) => each.releaseId !== releaseId);
  const all = [...others, { ...next, endedAt, writtenAt, asks }];
  const lastEnd = all
    .map((each) => each.endedAt ?? '')
    .sort()
    .at(-1);
  const kept = all.filter((each) => each.endedAt === null || each.endedAt === lastEnd);
  return { ...card, releases: kept.slice(-releasesAtMost) };
}

export function noteOperation(card: ModelCard, { action, done, at }: Operation): ModelCard {
  if (!done || action.action !== 'break-glass') return card;
  const isSecond = card.glass !== null && card.glass.runId === action.runId && card.glass.at < at;
  return { ...card, glass: isSecond ? null : { runId: action.runId, at } };
}

export function noteCheck(card: ModelCard, check: CheckRow): ModelCard {
  const known = findCheck(card, check);
  if (known && known.at > check.at) return card;
  return { ...card, checks: [...card.checks.filter((each) => each !== known), check].slice(-checksAtMost) };
}

/** The last check of the same rule. */
export function findCheck(
  { checks }: ModelCard,
  { rule, kind }: Pick<CheckRow, 'rule' | 'kind'>,
): CheckRow | undefined {
  return checks.find((each) => each.rule === rule && each.kind === kind);
}

const cut = (sentence: string): string =>
  sentence.length <= longestSentence ? sentence : `${sentence.slice(0, longestSentence - 1)}…`;
