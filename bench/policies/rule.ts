/** What plays: a rule that sees what is known by the end of a window, and asks for a run or does not. */
import type { LossMatrix } from './loss-matrix.ts';

/** The world that a rule is played in. Windows are counted from the beginning of the play. */
export interface World {
  readonly matrix: LossMatrix;
  /** The window of the stream that the play begins with. */
  readonly offset: number;
  /** Windows until labels come. */
  readonly delay: number;
  readonly isGated: boolean;
  /** What an owner knows of the error before the play. */
  readonly reference: number;
}

/** A window whose labels have come. */
export interface Labelled {
  /** ISO 8601, UTC: when they came. */
  readonly at: string;
  readonly window: number;
  /** That served in it: its newest window of training, in the stream. */
  readonly version: number;
  readonly wrong: number;
  readonly rows: number;
}

export interface Rule {
  /** A blocked request is withdrawn where the rule does not ask any more; of `schedule` and `advice` it stays. */
  readonly source: 'metric' | 'schedule' | 'advice';
  see(labelled: Labelled): void;
  /** Another version serves from the next window on. */
  crowned(version: number, at: string): void;
  started(at: string): void;
  ended(at: string, outcome: 'released' | 'gate-failed'): void;
  /** At the end of a window. */
  asks(window: number, at: string): boolean;
}

const nothing = (): void => {};

/** A rule that looks at no labels. */
export function ruleOf(source: Rule['source'], asks: Rule['asks']): Rule {
  return { source, see: nothing, crowned: nothing, started: nothing, ended: nothing, asks };
}

export const playLength = 120;
/** Windows that tune; the others are the test part. */
export const tuningLength = 36;

/** The newest window of training, in the stream, of a version whose training starts at the end of a window of the play. */
export function trainedAt({ offset, delay }: Pick<World, 'offset' | 'delay'>, window: number): number {
  return offset + window - delay;
}

/** The error of a version trained before them in the three newest labelled windows before the play. */
export function referenceOf(matrix: LossMatrix, offset: number, delay: number): number {
  const newest = offset - 1 - delay;
  return [0, 1, 2].reduce((sum, back) => sum + matrix.errorOf(newest - 3, newest - back), 0) / 3;
}
