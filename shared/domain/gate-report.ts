/** From best to worst: a report's verdict is the worst of its gates'. */
export const verdicts = ['passed', 'inconclusive', 'failed', 'error'] as const;
export type Verdict = (typeof verdicts)[number];

export interface GateResult {
  readonly gate: string;
  readonly kind: 'bound' | 'against-champion';
  readonly metric: string;
  readonly verdict: Verdict;
  /** The rule and the arithmetic, for a person: `accuracy 0.961 >= 0.930 (n=412)`. */
  readonly sentence: string;
  readonly challenger: number | null;
  readonly champion: number | null;
}

export interface GateReport {
  readonly runId: string;
  readonly verdict: Verdict;
  /** Why the verdict is what it is: the first of the worst gates. */
  readonly sentence: string;
  readonly gates: readonly GateResult[];
  /** Rows judged; null when only reported metrics were at hand. */
  readonly rows: number | null;
  /** Where the numbers come from. */
  readonly evidence: 'predictions' | 'metrics' | 'none';
  /** What was noticed about the evidence: rows left out and why. */
  readonly notes: readonly string[];
}
