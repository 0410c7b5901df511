/**
 * What advice is made from, cut to what was known at its moment. Pure.
 *
 * Invariant: nothing of after that moment is left: a run that has not ended by then has neither an end, an outcome nor hours.
 */
export interface Report {
  /** When it was told (ISO 8601, UTC). */
  readonly at: string;
  readonly value: number;
  /** Rows; null where nothing says so. */
  readonly sample: number | null;
  readonly standardError: number | null;
  /** The version it is about; null: whichever served. */
  readonly version: string | null;
}

export interface PastRun {
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly outcome: string | null;
  /** Of its jobs; null where nobody knows. */
  readonly hours: number | null;
}

export interface Past {
  /** What the first rule of metrics is about, in whatever order. */
  readonly reports: readonly Report[];
  /** Which version served from when on. */
  readonly champions: readonly { readonly from: string; readonly version: string }[];
  readonly runs: readonly PastRun[];
  /** Rows of data that came. */
  readonly data: readonly { readonly at: string; readonly rows: number }[];
}

export function cutToMoment({ reports, champions, runs, data }: Past, at: string): Past {
  const known = <T>(of: readonly T[], timeOf: (each: T) => string): readonly T[] =>
    of
      .filter((each) => timeOf(each) <= at)
      .toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0));
  return {
    reports: known(reports, (report) => report.at),
    champions: known(champions, ({ from }) => from),
    runs: known(runs, ({ startedAt }) => startedAt).map((run) =>
      run.endedAt !== null && run.endedAt <= at ? run : { ...run, endedAt: null, outcome: null, hours: null },
    ),
    data: known(data, (each) => each.at),
  };
}

export const daysBetween = (from: string, until: string): number =>
  (Date.parse(until) - Date.parse(from)) / 86_400_000;
