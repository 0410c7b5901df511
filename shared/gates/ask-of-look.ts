/** What a look at the holdout makes of a gate: the confidence it asks, and what the verdict says of it. */
import type { GateConfig } from '../config/gate-schema.ts';
import type { GateResult, Verdict } from '../domain/gate-report.ts';
import type { LookAtHoldout } from '../domain/holdout.ts';
import { counted } from '../domain/plural.ts';
import { describeConfidence } from './describe-rule.ts';
import { makesClaim } from './makes-claim.ts';
import { askConfidence } from './spend-error.ts';

/** A run's look, and the error of the holdout's life where the model file gives one. */
export interface HoldoutLook extends LookAtHoldout {
  readonly alpha: number | undefined;
  /** `probation`: rows of production that grow from look to look, and no holdout; omitted: a holdout. */
  readonly of?: 'probation';
  /** How many past champions are judged beside each other, this one included; omitted: it is none. */
  readonly pastChampions?: number;
}

/** What a look costs, in words. */
export function describeLook(
  { look, share, spent }: Pick<HoldoutLook, 'look' | 'share' | 'spent'>,
  holdout: string,
): string {
  const percent = (part: number): string => `${Number((100 * part).toPrecision(3))} %`;
  return `look ${look} at ${holdout}: it may spend ${percent(share)} of the error, and ${percent(spent)} are spent with it`;
}

/** Null where the gate claims nothing from rows, or no look is counted. */
export function askOfLook(
  gate: GateConfig,
  hasChampion: boolean,
  look: HoldoutLook | null,
): GateResult['holdout'] {
  if (look === null || gate.confidence === undefined || !makesClaim(gate, hasChampion)) return null;
  const confidenceAsked = askConfidence(gate.confidence, look.share, look.alpha, look.pastChampions);
  return { confidenceAsked, alphaSpent: confidenceAsked === null ? 0 : (1 - confidenceAsked) / 2 };
}

/** The verdict as the look allows it: without error left nothing passes. Says so where fresh data would help. */
export function limitByLook(
  judged: { readonly verdict: Verdict; readonly sentence: string },
  { confidence }: GateConfig,
  asks: NonNullable<GateResult['holdout']>,
  { look, of, pastChampions }: HoldoutLook,
): { verdict: Verdict; sentence: string } {
  const { verdict, sentence } = judged;
  if (verdict !== 'passed' && verdict !== 'inconclusive') return { verdict, sentence };
  if (asks.confidenceAsked === null) {
    const spent = `but the holdout has been looked at ${counted(look, 'time')} and no error is left to decide by: judge on fresh data, in a new partition`;
    return { verdict: 'inconclusive', sentence: `${sentence}; ${spent}` };
  }
  if (asks.confidenceAsked === confidence) return { verdict, sentence };
  const asked = `${describeConfidence(asks.confidenceAsked)} confidence is asked in place of ${describeConfidence(confidence ?? 0)}`;
  if (pastChampions !== undefined) {
    const share =
      pastChampions === 1 ? '' : `${pastChampions} past champions share the error of one look, and `;
    return { verdict, sentence: `${sentence}; ${share}it is look ${look} at the holdout, so that ${asked}` };
  }
  if (verdict === 'passed') return { verdict, sentence };
  if (of === 'probation') {
    const more = `look ${look} at a growing sample, so that ${asked}`;
    return { verdict, sentence: `${sentence}; ${more}` };
  }
  const more = `the holdout has been looked at ${counted(look, 'time')}, so that ${asked}: fresh data, in a new partition, would need less`;
  return { verdict, sentence: `${sentence}; ${more}` };
}
