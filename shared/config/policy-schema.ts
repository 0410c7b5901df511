/**
 * The policy of a model file: what holds a run back.
 *
 * Owns: shape, units, defaults, the text of the reference page. Does not own: what it means (shared/admission).
 */
import { z } from 'zod';
import { parseDurationMs } from './duration.ts';
import { cron, duration, isoTime, name, timeZone } from './fields.ts';

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
    lasts: duration
      .optional()
      .describe('How long a repeated freeze lasts, 31 days at most, as an ISO 8601 duration.'),
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
  .refine(
    ({ lasts }) => !lasts || (parseDurationMs(lasts) ?? 0) <= 31 * 86_400_000,
    'lasts: 31 days at most',
  );

export const PolicySchema = z.strictObject({
  mode: z
    .enum(['auto', 'observe', 'off'])
    .default('auto')
    .describe(
      '`auto` acts. `observe` decides and records what it would have done, but starts nothing on its own: only what a person asks for runs. `off` rejects every signal.',
    ),
  cooldown: duration
    .default('P1D')
    .describe(
      'Pause after the end of a run, as an ISO 8601 duration. Signals that come during it wait for its end; the first one waits, later ones join it.',
    ),
  cooldownAfterFailure: duration
    .optional()
    .describe(
      'Pause after a run that ended other than `released`, as an ISO 8601 duration. It doubles with every such run in a row. Omitted: `cooldown`, without doubling.',
    ),
  longestCooldown: duration
    .default('P14D')
    .describe('The longest the doubling pause after failures becomes, as an ISO 8601 duration.'),
  mostRuns: z
    .strictObject({
      count: z.int().min(1).max(100).describe('How many runs may start in the window.'),
      window: duration.describe('Length of the sliding window, as an ISO 8601 duration.'),
    })
    .optional()
    .describe(
      'Most runs in a sliding window, those a person asks for included. A signal over it waits. Omitted: no such limit.',
    ),
  breakAfter: z
    .int()
    .min(1)
    .optional()
    .describe(
      'After this many runs in a row that released nothing the breaker opens: signals are rejected until a run that a person asked for releases a version. Omitted: no breaker.',
    ),
  freezes: z.array(FreezeSchema).max(50).default([]).describe('Times in which no run starts, whoever asks.'),
  longestRun: duration
    .default('P1D')
    .describe(
      'How long a run may take. Jobs that have not ended by then are cancelled and the run ends; a run that has not settled after twice this long is given up for dead, and its model is freed for the next signal.',
    ),
  pollJobs: duration.default('PT5M').describe("How often a job's status is read in case its event was lost."),
});
