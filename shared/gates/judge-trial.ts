/**
 * Judges a version on probation by the labelled rows of production that have come so far: one look of many. Pure.
 *
 * Owns: what of the error a look may spend in either direction, and what its gates' verdicts mean for a version that
 * serves. Does not own: the gates (judge-evidence.ts), what follows (shared/release/transitions/probation.ts).
 *
 * Invariants
 * 1. All looks together settle a version that stands at the limit of a gate with a probability of at most half of what the
 *    confidence leaves, and take one back that stands there with at most that: the error is shared by the number of the
 *    look (look-share.ts), in each direction by itself.
 * 2. Only looks with enough labels can settle it, and only they count there. Every look can take it back.
 * 3. Only a gate that claims something of the version takes it back, and those share the error: any of them can. All must
 *    pass for it to be settled, so each may spend all of it then (intersection-union test).
 * 4. What cannot be judged is inconclusive, whatever it is.
 */

import type { GateReportDocument } from '../domain/gate-report.ts';
import type { TrialResult } from '../domain/look-result.ts';
import { lookShare } from '../domain/look-share.ts';
import type { HoldoutLook } from './ask-of-look.ts';
import type { JudgeRequest } from './evidence.ts';
import { judgeEvidence } from './judge-evidence.ts';
import { makesClaim } from './makes-claim.ts';

interface TrialRequest extends Omit<JudgeRequest, 'look'> {
  /** Labelled rows without which nothing is settled. */
  readonly labels: number;
  /** The number of the look among all, and among those that could have settled the version. */
  readonly number: number;
  readonly decisiveNumber: number;
}

interface JudgedTrial {
  readonly isDecisive: boolean;
  readonly result: Omit<TrialResult, 'at'>;
  /** What decided, or would have. */
  readonly report: GateReportDocument;
}

export function judgeTrial({
  labels: needed,
  number,
  decisiveNumber,
  ...request
}: TrialRequest): JudgedTrial {
  const { gates, hasChampion } = request;
  const claims = gates.filter(
    (gate) => (gate.severity ?? 'block') === 'block' && makesClaim(gate, hasChampion),
  );
  const against =
    claims.length === 0
      ? null
      : judgeEvidence({ ...request, gates: claims, look: lookOf(number, claims.length) });
  if (against?.verdict === 'failed') return tell(against, 'failed', against.rows, false);
  const report = judgeEvidence({ ...request, look: lookOf(decisiveNumber, 1) });
  const rows = report.rows ?? 0;
  const isDecisive = rows >= needed && report.verdict !== 'error';
  if (isDecisive && report.verdict === 'passed') return tell(report, 'passed', rows, true);
  const few = rows < needed ? `${rows} of ${needed} labelled rows have come. ` : '';
  return tell(report, 'inconclusive', report.rows, isDecisive, few);
}

/**
 * A look of a holdout may spend as much of twice the error (ask-of-look.ts), so half of a share is meant. A share of looks
 * that could not have been is none: what is left over is not spent.
 */
function lookOf(number: number, sharers: number): HoldoutLook {
  const share = lookShare(number) / 2 / sharers;
  return {
    version: null,
    look: number,
    share,
    spent: (1 - 1 / (number + 1)) / 2,
    alpha: undefined,
    of: 'probation',
  };
}

function tell(
  report: GateReportDocument,
  verdict: TrialResult['verdict'],
  labels: number | null,
  isDecisive: boolean,
  before = '',
): JudgedTrial {
  return { isDecisive, result: { verdict, sentence: `${before}${report.sentence}`, labels }, report };
}
