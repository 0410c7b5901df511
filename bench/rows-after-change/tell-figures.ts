/** The figures as tables of Markdown, as the page has them. */

/** How a stream changes. */
export const courses = ['abrupt', 'recurring', 'gradual', 'none'] as const;
type Course = (typeof courses)[number];

export interface Standing {
  readonly way: string;
  /** Means over the streams, and over those of each course. */
  readonly loss: number;
  readonly losses: Readonly<Record<Course, number | null>>;
  readonly runs: number;
  /** Share of the runs that were promoted; null: there were none. */
  readonly promoted: number | null;
  /** Of the streams, in how many it has less loss than starting at once, and in how many more; null for that itself. */
  readonly against: { readonly wins: number; readonly losses: number; readonly p: number } | null;
}

export interface Group {
  readonly training: string;
  readonly rowsPerDay: number;
  readonly standings: readonly Standing[];
}

export interface Figures {
  readonly settings: { readonly seed: string; readonly offsets: number; readonly streams: number };
  readonly groups: readonly Group[];
  readonly seconds: number;
}

const cells = (...values: readonly string[]): string => `| ${values.join(' | ')} |`;

function tellGroup({ training, rowsPerDay, standings }: Group): string[] {
  return [
    `Trained on ${training === 'cumulative' ? 'all days' : `the ${training} days`}, ${rowsPerDay} rows a day:`,
    '',
    cells('a run waits for', 'loss', ...courses, 'runs', 'promoted', 'better, worse than at once', 'p'),
    `|${'---|'.repeat(courses.length + 6)}`,
    ...standings.map(({ way, loss, losses, runs, promoted, against }) =>
      cells(
        ...[
          way,
          loss.toFixed(2),
          ...courses.map((course) => losses[course]?.toFixed(2) ?? ''),
          runs.toFixed(1),
        ],
        promoted === null ? '' : `${Math.round(100 * promoted)} %`,
        against ? `${against.wins}, ${against.losses}` : '',
        against ? against.p.toFixed(3) : '',
      ),
    ),
    '',
  ];
}

export function tellFigures({ settings, groups, seconds }: Figures): string {
  const { seed, offsets, streams } = settings;
  return [
    `Seed ${seed}, ${streams} streams, ${offsets} offsets, ${Math.round(seconds)} s.`,
    '',
    ...groups.flatMap(tellGroup),
  ]
    .join('\n')
    .trimEnd();
}
