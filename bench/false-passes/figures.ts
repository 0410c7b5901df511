/** What is measured of a cell. */

/** A count among worlds, with the exact interval that so many leave. */
export interface Rate {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

export interface AtLook extends Rate {
  readonly look: number;
  readonly stated: number;
}

/** Another method in the same worlds. */
export interface Compared {
  readonly name: string;
  readonly atLooks: readonly AtLook[];
  /** Whether its false passes are computed, not counted. */
  readonly exact: boolean;
  /** Where the gate's is measured. */
  readonly power: number | null;
}

export interface FalsePasses {
  readonly cell: string;
  readonly truth: number;
  readonly worlds: number;
  readonly atLooks: readonly AtLook[];
  /** Shares of the worlds in which there was no interval, for want of rows, and no value at all. */
  readonly noInterval: number;
  readonly noValue: number;
  /** Method of the last interval there was. */
  readonly method: string | null;
  /** Why the gate is known to pass too often; null where it must not. */
  readonly known: string | null;
  /** Whether it surely passes more often than stated. */
  readonly bad: boolean;
}

export interface CellFigures extends FalsePasses {
  readonly power: Power | null;
  readonly compared: readonly Compared[];
  /** Processor time, the worlds of the power included. */
  readonly msPerWorld: number;
}

/** Chances to pass at the first look where the truth is better than the limit. */
export interface Power {
  readonly distance: number;
  readonly gate: number;
  /** Share of the worlds in which the interval would pass, and the gate says that the rows do not suffice for it. */
  readonly withheld: number;
  /** What no test passes more often that is valid for all rows whose values are as bounded; null where none is known. */
  readonly ceiling: number | null;
}
