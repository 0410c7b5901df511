import { normalQuantile } from './normal.ts';

/** How often a true difference of the stated size would be found. */
export const power = 0.8;

interface Power {
  /** Least true distance from the limit that this many rows would tell from it 8 times in 10. */
  readonly minimumDetectable: number;
  /** Rows that would decide 8 times in 10 if the truth is as estimated; null where it sits on the limit. */
  readonly rowsToDecide: number | null;
}

/**
 * What a sample can tell, from the width of its interval, by the normal approximation: the error shrinks with the
 * root of the rows. `neededConfidence` is that of the decision where it is more than the interval's, one of several
 * corrected together (Chow, Shao and Wang, "Sample size calculations in clinical research", 2008, chapter 3).
 */
export function measurePower(
  sample: { readonly rows: number; readonly width: number; readonly confidence: number },
  distance: number,
  neededConfidence = sample.confidence,
): Power {
  const zOf = (confidence: number): number => normalQuantile((1 + confidence) / 2);
  const standardError = sample.width / (2 * zOf(sample.confidence));
  const minimumDetectable = (zOf(neededConfidence) + normalQuantile(power)) * standardError;
  const rows = Math.ceil(sample.rows * (minimumDetectable / distance) ** 2);
  return {
    minimumDetectable,
    rowsToDecide: Number.isSafeInteger(rows) ? Math.max(rows, sample.rows + 1) : null,
  };
}
