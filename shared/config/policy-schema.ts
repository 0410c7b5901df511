/**
 * The policy of a model file: what holds a run back.
 *
 * Owns: shape, units, defaults, the text of the reference page. Does not own: what it means (shared/admission).
 */
import { z } from 'zod';
import { modes } from '../domain/model-state.ts';
import { isEndless } from './cron.ts';
import { cron, duration, isoTime, name, rowsAtMost, timeZone } from './fields.ts';

const FreezeSchema = z
  .strictObject({
    name: name('a freeze name').describe('Name of the freeze, shown in decisions.'),
    from: isoTime
      .optional()
      .describe('First moment of a single freeze, ISO 8601 with a zone, such as 2026-12-20T00:00:00Z.'),
    until: isoTime
      .optional()
      .describe('End of a single freeze, ISO 8601 with a zone; the moment itself is free again.'),
    cron: cron
      .optional()
      .describe('When a repeated freeze begins: five fields, such as `0 17 * * 5` for Fridays at 17:00.'),
    timeZone: timeZone.default('UTC').describe('Time zone of `cron`, an IANA name.'),
    lasts: duration('lasts', { least: 'PT1M', most: 'P31D' })
      .optional()
      .describe(
        'How long a repeated freeze lasts, as an ISO 8601 duration. Freezes that overlap are one; a pattern that comes round sooner than it lasts, a hundred times and more, is looked at again after a hundred.',
      ),
    answer: z
      .enum(['defer', 'reject'])
      .default('defer')
      .describe(
        'What becomes of a signal that comes during the freeze: it waits for its end, or is rejected.',
      ),
  })
  .refine(
    ({ from, until, cron, lasts }) =>
      (from && until && !cron && !lasts) || (cron && lasts && !from && !until),
    'give either from and until, or cron and lasts',
  )
  .refine(
    ({ from, until }) => !from || !until || Date.parse(from) < Date.parse(until),
    'until must come after from',
  )
  .refine(({ cron, lasts, timeZone }) => !cron || !lasts || !isEndless({ cron, lasts, timeZone }), {
    path: ['cron'],
    message:
      'the freeze comes round sooner than it lasts, every time: it never ends; give fewer times, or mode off',
  });

const window = duration('window', { least: 'PT1M', most: 'P366D' });
/** A pause, or none. */
const pause = (field: string) => duration(field, { least: 'PT0S', most: 'P366D' });

/** What may be spent in a sliding window: of one model, or of the whole fleet. */
export const BudgetSchema = z
  .strictObject({
    window: window.default('P30D').describe('Length of the sliding window, as an ISO 8601 duration.'),
    computeHours: z
      .number()
      .positive()
      .max(1_000_000)
      .optional()
      .describe(
        'Most hours of jobs in the window, of each of their machines. Omitted: only money is limited.',
      ),
    money: z
      .number()
      .positive()
      .max(1_000_000_000)
      .optional()
      .describe(
        'Most money in the window, in the currency of `pricePerHour`. Omitted: only hours are limited.',
      ),
    pricePerHour: z
      .number()
      .positive()
      .max(1_000_000)
      .optional()
      .describe('What an hour of a job costs. Required with `money`.'),
  })
  .refine(
    ({ computeHours, money }) => computeHours !== undefined || money !== undefined,
    'give computeHours, money or both',
  )
  .refine(
    ({ money, pricePerHour }) => money === undefined || pricePerHour !== undefined,
    'money: give pricePerHour, too, the price of an hour of a job',
  );

export type Budget = z.infer<typeof BudgetSchema>;

export const PolicySchema = z.strictObject({
  mode: z
    .enum(modes)
    .default('auto')
    .describe(
      '`auto` acts. `suggest` waits for a person to approve each run. `observe` decides and records what it would have done, but starts nothing on its own: only what a person requests runs. `off` rejects every signal.',
    ),
  suggestionExpires: duration('suggestionExpires', { least: 'PT1M', most: 'P366D' })
    .default('P7D')
    .describe('Mode suggest: how long a suggestion waits for a person, as an ISO 8601 duration.'),
  advice: z
    .enum(['off', 'show', 'signal'])
    .optional()
    .describe(
      'Whether the service says if retraining would pay. `show`: `ratchet explain` and the page say so. `signal`: where the answer is to retrain, it requests a run as well, once a day at 06:00 UTC at most, which is blocked as any other signal. `off`: nothing is said. It needs a rule in `triggers.metrics`, and `budget` or `mostRuns`. Omitted: `show`.',
    ),
  lossPerDay: z
    .number()
    .positive()
    .max(1_000_000_000_000)
    .optional()
    .describe(
      'What a day costs, in the currency of `budget.pricePerHour`, on which the metric of the first rule of `triggers.metrics` is a whole 1 beyond its threshold: for an accuracy the predictions of a day times what a wrong one costs, for an error in other units what one unit more costs. With it `advice` has a run made only once what has surely been lost, times the chance that a run is promoted, is as much as the run costs. Needs `budget.pricePerHour`. Omitted: advice weighs loss against loss, at the rate of the budget.',
    ),
  whileRunning: z
    .enum(['join', 'queue', 'reject', 'restart'])
    .default('join')
    .describe(
      'What becomes of a signal that comes while a run is under way. `join`: the run serves it, too. `queue`: it waits for a run of its own afterwards, one for all that come meanwhile. `reject`: it is rejected. `restart`: the run under way is cancelled for a new one, which is not cancelled for another again. Signals never join the run of a version registered by hand; they wait for its end.',
    ),
  quietPeriod: duration('quietPeriod', { least: 'PT0S', most: 'P31D' })
    .default('PT0S')
    .describe(
      'A signal waits until no further one has come for so long, and one run serves all, as an ISO 8601 duration. What a person requests does not wait.',
    ),
  longestWait: pause('longestWait')
    .default('P1D')
    .describe(
      'The longest that the quiet period, or the wait for more data, defers the first signal, as an ISO 8601 duration.',
    ),
  cooldown: pause('cooldown')
    .default('P1D')
    .describe(
      'Pause after the end of a run, as an ISO 8601 duration. Signals that come during it wait for its end; the first one waits, later ones join it.',
    ),
  cooldownAfterFailure: pause('cooldownAfterFailure')
    .optional()
    .describe(
      'Pause after a run that ended other than `released`, as an ISO 8601 duration. It doubles with every such run in a row. Omitted: `cooldown`, without doubling.',
    ),
  longestCooldown: pause('longestCooldown')
    .default('P14D')
    .describe('The longest the doubling pause after failures becomes, as an ISO 8601 duration.'),
  mostRuns: z
    .strictObject({
      count: z.int().min(1).max(100).describe('How many runs may start in the window.'),
      window: window.describe('Length of the sliding window, as an ISO 8601 duration.'),
    })
    .optional()
    .describe(
      'Most runs in a sliding window, those a person requests included. A signal over it waits. Omitted: no such limit.',
    ),
  budget: BudgetSchema.optional().describe(
    "Most hours of jobs, or money, in a sliding window. A run reserves what its jobs' timeouts allow when it is admitted, and gives back what it did not use when it ends. A signal over it waits, a person's too. Omitted: no such limit.",
  ),
  breakAfter: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe(
      'After this many runs in a row that released nothing the breaker opens: signals are rejected until a run that a person asked for releases a version. Omitted: no breaker.',
    ),
  freezes: z.array(FreezeSchema).max(50).default([]).describe('Times in which no run starts, whoever asks.'),
  minimumNewRows: z
    .int()
    .min(1)
    .max(rowsAtMost)
    .optional()
    .describe(
      'Rows of new data, since the last run started, without which no signal starts a run; what a person requests does. Needs data.expect: only a file that is checked has its rows counted. A signal waits for them for `longestWait` and is then rejected. Omitted: no such minimum.',
    ),
  rowsAfterChange: z
    .int()
    .min(1)
    .max(rowsAtMost)
    .optional()
    .describe(
      'Rows of data since a change, without which no signal that tells of the change starts a run: a rule that is bad, drift, an alert, advice. The change is dated after the last good window, or with the first bad one where no good one is known, and a file counts by when it was uploaded. Schedules, uploads and what a person requests are not held. A signal waits for them for `longestWait`; then the run starts with those that have come. Needs data.expect: only a file that is checked has its rows counted. Omitted: a run starts as soon as the change is seen. How many suffice is measured: docs/rows-after-change.md.',
    ),
  priority: z
    .int()
    .min(0)
    .max(9)
    .default(5)
    .describe('Where models wait for slots of the fleet, the greater number goes first, from 0 to 9.'),
  longestRun: duration('longestRun', {
    least: 'PT1S',
    most: 'P90D',
    because: 'so long a run that died would hold its model back',
  })
    .default('P1D')
    .describe(
      'How long a run may take, outages that it waits out included. Jobs that have not ended by then are cancelled, and the run ends with them; a run that has not settled after twice this long, and has not said that it waits for the end of its job, is given up for dead, and its model is freed for the next signal.',
    ),
  pollJobs: duration('pollJobs', { least: 'PT1S', most: 'P1D' })
    .default('PT5M')
    .describe("How often a job's status is read in case its event was lost."),
});
