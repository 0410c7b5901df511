/** How sure it is that a value lies beyond its threshold: of rules with a `confidence`. Plain JSON. */

/**
 * By how many standard errors the true value may lie beyond the threshold: the cases that evidence is weighed for. A rule that is
 * watched for a year finds what lies half of one beyond it as well as what lies four.
 */
export const shifts = [0.5, 1, 2, 4] as const;

/**
 * What one value says: for each of `shifts`, the natural logarithm of how much likelier the value is in that case than where the
 * true one lies at the threshold. Where it lies on the good side their exponentials are 1 at most in expectation.
 */
export type Evidence = readonly number[];

/** What all rules with a confidence are held to together: `falseAlarms` of the fleet file, and how many rules there are. */
export interface Together {
  /** How many of them may have a false alarm while their champions serve, in expectation. */
  readonly falseAlarms: number;
  readonly rules: number;
}

/** Of so many rules of a model at most, those tested last, it is kept how their tests stand. */
export const seriesAtMost = 60;

export type BreachTest =
  /**
   * `p`: how often a value so far beyond comes up by chance where the true one lies at the threshold, from 0 to 1. `alpha`: the
   * error the rule allows, 1 less its confidence. `together` absent: the fleet file asks no more.
   */
  | {
      readonly p: number;
      readonly alpha: number;
      readonly evidence: Evidence;
      readonly together?: Together;
    }
  /** Why nobody can know: the value has no interval. */
  | { readonly cannotSay: string };

/** What all tests of a rule say together since the champion came. */
export interface AlarmSeries {
  /** Version of the champion that the tests are about; null: there was none. */
  readonly champion: string | null;
  readonly tests: number;
  readonly alarms: number;
  /** For each of `shifts`: how much likelier it is by now that the value came to lie beyond the threshold than that it never did. */
  readonly odds: readonly number[];
}
