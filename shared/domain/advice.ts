/** Whether retraining now would pay, as far as anybody can know: what `ratchet explain MODEL` and the page show. Plain JSON. */

/** One number that the answer is made of. */
export interface AdviceTerm {
  readonly term: 'excess' | 'age' | 'gain' | 'promotion' | 'cost' | 'queue' | 'exchange' | 'price';
  /** Null: nobody knows. */
  readonly value: number | null;
  /** `METRIC days`, `hours`, `share`, `METRIC days an hour`. */
  readonly unit: string;
  /** For a person, with what it was made from. */
  readonly sentence: string;
}

export interface Advice {
  readonly answer: 'retrain' | 'wait' | 'cannot-say';
  /** What was known by then counts (ISO 8601, UTC). */
  readonly at: string;
  /** The answer and why, for a person. */
  readonly sentence: string;
  /** After which moment the excess began (ISO 8601, UTC); absent: there is none. */
  readonly since?: string;
  /** In the order in which one follows from the other; as far as it came where it cannot say. */
  readonly terms: readonly AdviceTerm[];
}
