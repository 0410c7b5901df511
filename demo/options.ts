import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly json: boolean;
  readonly keep: boolean;
  readonly help: boolean;
  /** Weeks to play; all until the corpus ends when absent. */
  readonly weeks?: number;
  /** Where to write what has been recorded, for ratchet backtest; nowhere when absent. */
  readonly events?: string;
}

export const helpText = `npm run demo -- [options]

A spam filter meets the mail of autumn 2002, week by week. Its mail drifts, it decays, and Ratchet retrains it, releases it
over stages, and takes back what fails: the real application on the local cloud, with real mail, real jobs and an endpoint
that really answers. Takes a minute or two. Nothing is left behind.

  --weeks N   play only the first N weeks (the whole story takes 7)
  --json      print one JSON document on standard output; progress goes to standard error
  --events F  write what has happened to file F, for ratchet backtest
  --keep      keep the state folder and its logs, and say where it is
  --help      show this

Exits with 0 only when the whole story happened: a champion was retrained, passed its gates, was registered, approved,
released, and answered the production application; one that passed its gates and failed in production was rolled back; a run answered signals of drift, a metric, data and a schedule; a freeze and
a cooldown held one back; no run used the broken upload; and every signal has exactly one final decision.
`;

/** Reads the command line. Throws an error that says what is wrong with it. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      weeks: { type: 'string' },
      events: { type: 'string' },
    },
  });
  const { weeks, events, ...flags } = values;
  const options = { ...flags, ...(events !== undefined && { events }) };
  if (weeks === undefined) return options;
  const count = Number(weeks);
  if (!Number.isInteger(count) || count < 1) {
    throw new Error(`--weeks: expected a whole number of at least 1, got ${JSON.stringify(weeks)}`);
  }
  return { ...options, weeks: count };
}
