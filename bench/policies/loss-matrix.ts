/**
 * What each version that could be trained is worth in each later window. Pure.
 *
 * Owns: that a version sees nothing of the windows after its newest one. Computed once for a stream, a learner and a way of
 * training; all that is played reads it.
 */
import type { Learner, Rows } from './learners.ts';

export interface Stream extends Rows {
  readonly name: string;
  readonly rowsPerWindow: number;
}

/** How many windows a version is trained on: its newest and those before it; infinite: all. */
export const ways: Readonly<Record<string, number>> = {
  'latest 5': 5,
  cumulative: Number.POSITIVE_INFINITY,
};

export class LossMatrix {
  readonly windows: number;
  readonly rows: number;
  /** By version: of each row of the windows after it, whether it is wrong. */
  readonly #wrong: readonly Uint8Array[];
  /** By version, then by window: rows that are wrong. */
  readonly #errors: readonly Uint16Array[];

  constructor(stream: Stream, learner: Learner, latest: number) {
    const { rowsPerWindow: rows, labels } = stream;
    this.rows = rows;
    this.windows = Math.floor(labels.length / rows);
    const wrong: Uint8Array[] = [];
    const errors: Uint16Array[] = [];
    for (let version = 0; version < this.windows; version++) {
      const begin = Math.max(0, version + 1 - latest) * rows;
      const end = (version + 1) * rows;
      const score = learner(stream, begin, end);
      const own = new Uint8Array(this.windows * rows - end);
      const counts = new Uint16Array(this.windows);
      for (let at = 0; at < own.length; at++) {
        own[at] = Number(score(end + at) > 0 !== (labels[end + at] === 1));
        counts[version + 1 + Math.floor(at / rows)]! += own[at]!;
      }
      wrong.push(own);
      errors.push(counts);
    }
    this.#wrong = wrong;
    this.#errors = errors;
  }

  /** Rows of a window that a version has wrong; the window is after it. */
  wrongIn(version: number, window: number): number {
    return this.#errors[version]![window]!;
  }

  /** The share of them: L[i][j]. */
  errorOf(version: number, window: number): number {
    return this.#errors[version]![window]! / this.rows;
  }

  /** Of a window after both: rows that only the challenger has right, and only the champion. */
  compare(challenger: number, champion: number, window: number) {
    let [onlyChallenger, onlyChampion] = [0, 0];
    const [one, other] = [this.#wrong[challenger]!, this.#wrong[champion]!];
    for (let row = window * this.rows; row < (window + 1) * this.rows; row++) {
      const first = one[row - (challenger + 1) * this.rows]!;
      const second = other[row - (champion + 1) * this.rows]!;
      if (first < second) onlyChallenger++;
      else if (first > second) onlyChampion++;
    }
    return { onlyChallenger, onlyChampion, rows: this.rows };
  }
}
