/**
 * What each version that could be trained is worth in each later window. Pure.
 *
 * Owns: that a version sees nothing of the windows after its newest one. A version is trained when it is first asked for, once for a
 * stream, a learner and a way of training; all that is played reads it.
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

interface Version {
  /** Of each row of the windows after it, whether it is wrong. */
  readonly wrong: Uint8Array;
  /** By window: rows that are wrong. */
  readonly errors: Uint16Array;
}

export class LossMatrix {
  readonly windows: number;
  readonly rows: number;
  readonly #train: (version: number) => Version;
  readonly #versions = new Map<number, Version>();

  constructor(stream: Stream, learner: Learner, latest: number) {
    const { rowsPerWindow: rows, labels } = stream;
    this.rows = rows;
    this.windows = Math.floor(labels.length / rows);
    this.#train = (version) => {
      const begin = Math.max(0, version + 1 - latest) * rows;
      const end = (version + 1) * rows;
      const score = learner(stream, begin, end);
      const wrong = new Uint8Array(this.windows * rows - end);
      const errors = new Uint16Array(this.windows);
      for (let at = 0; at < wrong.length; at++) {
        wrong[at] = Number(score(end + at) > 0 !== (labels[end + at] === 1));
        errors[version + 1 + Math.floor(at / rows)]! += wrong[at]!;
      }
      return { wrong, errors };
    };
  }

  #of(version: number): Version {
    const known = this.#versions.get(version) ?? this.#train(version);
    this.#versions.set(version, known);
    return known;
  }

  /** Rows of a window that a version has wrong; the window is after it. */
  wrongIn(version: number, window: number): number {
    return this.#of(version).errors[window]!;
  }

  /** The share of them: L[i][j]. */
  errorOf(version: number, window: number): number {
    return this.wrongIn(version, window) / this.rows;
  }

  /** Of a window after both: rows that only the challenger has right, and only the champion. */
  compare(challenger: number, champion: number, window: number) {
    let [onlyChallenger, onlyChampion] = [0, 0];
    const [one, other] = [this.#of(challenger).wrong, this.#of(champion).wrong];
    for (let row = window * this.rows; row < (window + 1) * this.rows; row++) {
      const first = one[row - (challenger + 1) * this.rows]!;
      const second = other[row - (champion + 1) * this.rows]!;
      if (first < second) onlyChallenger++;
      else if (first > second) onlyChampion++;
    }
    return { onlyChallenger, onlyChampion, rows: this.rows };
  }
}
