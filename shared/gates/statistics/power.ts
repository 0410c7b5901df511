import { evenRowsNeeded } from './even-rows.ts';
import { normalQuantile } from './normal.ts';

/** Of the even rows that are needed, so many times as many are there nearly always. */
const surelyEven = 1.25;

/** How often a true difference of the stated size would be found. */
export const power = 0.8;

interface Power {
  /** Least true distance from the limit that this many rows would tell from it 8 times in 10; null where none. */
  readonly minimumDetectable: number | null;
  /**
   * Rows that would decide 8 times in 10 if the truth is as estimated; null where it sits on the limit, or no number of
   * rows is even enough.
   */
  readonly rowsToDecide: number | null;
}

interface Sample {
  readonly rows: number;
  /** Of the interval of this confidence. */
  readonly width: number;
  readonly confidence: number;
  /** From the estimate to the end that decides; half of the width when omitted. */
  readonly reach?: number | undefined;
  /** How much farther out that end lies for rows of which none was seen; nothing when omitted. */
  readonly unseen?: number | undefined;
  /** How many even rows these are worth on the side that decides (even-rows.ts); any number when omitted. */
  readonly evenRows?: number | undefined;
}

/**
 * What a sample can tell, from the width of its interval, by the normal approximation: the error shrinks with the
 * root of the rows, and what makes an interval lopsided or allows for rows not seen with their number. `neededConfidence` is that of the decision where it is more than the interval's, one of several
 * corrected together (Chow, Shao and Wang, "Sample size calculations in clinical research", 2008, chapter 3). Rows too
 * uneven for it tell nothing, however far the truth lies; what they are worth grows with their number.
 */
export function measurePower(
  { rows, width, confidence, reach = 0, unseen = 0, evenRows = Number.POSITIVE_INFINITY }: Sample,
  distance: number,
  neededConfidence = confidence,
): Power {
  const zOf = (of: number): number => normalQuantile((1 + of) / 2);
  const standardError = width / (2 * zOf(confidence));
  const ofSeen = (zOf(neededConfidence) + normalQuantile(power)) * standardError;
  const byNumber = Math.max(0, reach - width / 2) + unseen;
  // The root of the share of the rows at which the distance would be reached: ofSeen u + byNumber u^2.
  const root = (2 * distance) / (ofSeen + Math.sqrt(ofSeen ** 2 + 4 * byNumber * distance));
  const needed = evenRowsNeeded(neededConfidence);
  const least = Math.max(
    rows + 1,
    Math.ceil(rows / root ** 2),
    Math.ceil((rows * needed * surelyEven) / evenRows),
  );
  return {
    minimumDetectable: evenRows < needed ? null : ofSeen + unseen,
    rowsToDecide: Number.isSafeInteger(least) ? least : null,
  };
}
