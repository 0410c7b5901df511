/**
 * Holds a play of the policy that really ran against what the service decided then, decision by decision. Pure.
 *
 * A decision is the same where outcome, reason, run and the signal it joined are; times may differ by what the service
 * took to come to it.
 */
import type { History } from './history.ts';
import type { LineOf } from './history-schema.ts';
import type { Played, PlayedDecision } from './played.ts';

interface RecordDifference {
  readonly signalId: string;
  /** What was decided then, and here: outcome and reason; null: nothing. */
  readonly recorded: string | null;
  readonly played: string | null;
  readonly why: string;
}

export interface RecordCheck {
  /** Decisions that both have, or one of them. */
  readonly decisions: number;
  readonly same: number;
  /** By how much the times of the same decisions differ at most, in seconds. */
  readonly secondsApart: number;
  readonly differences: readonly RecordDifference[];
}

export function checkRecord(
  { decisions }: Pick<History, 'decisions'>,
  played: Played,
  configHash: string,
): RecordCheck {
  const here = new Map(played.decisions.map((each) => [each.signalId, each]));
  const then = new Map(decisions.map((each) => [each.signal, each]));
  const atOneTime = Map.groupBy(decisions, ({ offeredAt }) => offeredAt);
  const differences: RecordDifference[] = [];
  let [same, msApart] = [0, 0];
  for (const id of new Set([...then.keys(), ...here.keys()])) {
    const [recorded, now] = [then.get(id), here.get(id)];
    if (recorded && now && isSame(recorded, now)) {
      same++;
      msApart = Math.max(msApart, Math.abs(Date.parse(recorded.at) - Date.parse(now.decidedAt)));
      continue;
    }
    differences.push({
      signalId: id,
      recorded: recorded ? describe(recorded.outcome, recorded.reason, recorded.run) : null,
      played: now ? describe(now.outcome, now.reason, now.runId) : null,
      why: explain(recorded, now, {
        configHash,
        atOneTime: atOneTime.get(recorded?.offeredAt ?? '')?.length ?? 0,
      }),
    });
  }
  return { decisions: same + differences.length, same, secondsApart: msApart / 1000, differences };
}

function isSame(recorded: LineOf<'decision'>, { outcome, reason, runId, joined }: PlayedDecision): boolean {
  const isAnswer = recorded.outcome === outcome && recorded.reason === reason;
  return isAnswer && recorded.run === runId && recorded.joined === joined;
}

function describe(outcome: string, reason: string, run: string | null): string {
  return `${outcome} (${reason})${run === null ? '' : `, run ${run}`}`;
}

function explain(
  recorded: LineOf<'decision'> | undefined,
  played: PlayedDecision | undefined,
  { configHash, atOneTime }: { readonly configHash: string; readonly atOneTime: number },
): string {
  if (!recorded) return 'the service has not recorded such a signal';
  if (recorded.configHash !== configHash) return 'it was decided under another model file';
  if (recorded.reason === 'internal-error') return 'the service failed then, which is not played';
  if (!played)
    return 'the history does not have the fact that the signal came of, or the model file does not listen to it';
  if (atOneTime > 1)
    return `${atOneTime} signals were offered at the same millisecond, and nothing says which was first`;
  if (recorded.outcome === played.outcome && recorded.reason === played.reason)
    return recorded.run === played.runId ? 'it joined another signal' : 'it is about another run';
  return `then: ${recorded.sentence} Here: ${played.sentence}`;
}
