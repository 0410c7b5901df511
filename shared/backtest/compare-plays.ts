/** What differs between two plays of one history, decision by decision. Pure. */
import type { Played, PlayedDecision, PlayedRun } from './played.ts';

type Side = Pick<PlayedDecision, 'outcome' | 'reason' | 'decidedAt' | 'runId' | 'joined' | 'sentence'>;

export interface DecisionDifference {
  readonly signalId: string;
  readonly summary: string;
  readonly offeredAt: string;
  /** Null: the signal did not come up. */
  readonly first: Side | null;
  readonly second: Side | null;
}

export interface PlayDifferences {
  readonly decisions: readonly DecisionDifference[];
  /** Runs that only one of them has started. */
  readonly onlyFirst: readonly PlayedRun[];
  readonly onlySecond: readonly PlayedRun[];
}

export function comparePlays(first: Played, second: Played, from: string): PlayDifferences {
  const [ours, theirs] = [byId(first), byId(second)];
  const ids = [...new Set([...ours.keys(), ...theirs.keys()])];
  const decisions = ids.flatMap((id) => {
    const [a, b] = [ours.get(id), theirs.get(id)];
    const { summary, offeredAt } = (a ?? b)!;
    if (offeredAt < from || (a && b && isSame(a, b))) return [];
    return [{ signalId: id, summary, offeredAt, first: a ? sideOf(a) : null, second: b ? sideOf(b) : null }];
  });
  return {
    decisions: decisions.sort(
      (a, b) => Date.parse(a.offeredAt) - Date.parse(b.offeredAt) || (a.signalId < b.signalId ? -1 : 1),
    ),
    onlyFirst: runsOnlyIn(first, second, from),
    onlySecond: runsOnlyIn(second, first, from),
  };
}

const byId = ({ decisions }: Played) => new Map(decisions.map((each) => [each.signalId, each]));

function isSame(a: PlayedDecision, b: PlayedDecision): boolean {
  const fields = ['outcome', 'reason', 'runId', 'joined', 'decidedAt'] as const;
  return fields.every((field) => a[field] === b[field]);
}

function sideOf({ outcome, reason, decidedAt, runId, joined, sentence }: PlayedDecision): Side {
  return { outcome, reason, decidedAt, runId, joined, sentence };
}

function runsOnlyIn({ runs }: Played, other: Played, from: string): readonly PlayedRun[] {
  const known = new Set(other.runs.map(({ runId }) => runId));
  return runs.filter(({ runId, startedAt }) => startedAt >= from && !known.has(runId));
}
