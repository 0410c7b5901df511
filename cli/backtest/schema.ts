/** What `ratchet backtest --json` and `ratchet test --json` print. */
import { z } from 'zod';
import { admissionOutcomes, reasonCodes } from '../../shared/domain/decision.ts';
import { runOutcomes } from '../../shared/domain/run.ts';

const at = z.string().describe('ISO 8601, UTC.');
const outcome = z.enum(admissionOutcomes);
const reason = z.enum(reasonCodes);

const run = z.strictObject({
  runId: z.string(),
  signalId: z.string().describe('The signal that started it.'),
  kind: z.enum(['retrain', 'promote', 'reevaluate']),
  startedAt: at,
  endedAt: at.nullable().describe('Null: it is under way where the history ends.'),
  outcome: z.enum(runOutcomes).nullable(),
  hours: z.number().nullable().describe('Hours of its jobs; null: nobody knows.'),
  isRecorded: z.boolean().describe('Whether it took place, or is assumed.'),
  version: z.string().nullable(),
});

const measure = z.strictObject({
  metric: z.string(),
  side: z.enum(['below', 'above']).describe('Where it is bad.'),
  reference: z.number(),
});

const losses = z.strictObject({
  measure,
  windows: z.int(),
  days: z.number(),
  unknownWindows: z.int().describe('In which nobody knows what the version that served was worth.'),
  unknownDays: z.number(),
  known: z.number().describe('Loss times days, of the windows that are known.'),
  most: z.number().nullable().describe('What it is at most; null: nobody knows the range of the metric.'),
  unnamed: z
    .int()
    .describe('Windows that do not say which version they are about: they count for whichever serves.'),
});

const regret = z.discriminatedUnion('said', [
  z.strictObject({
    said: z.literal(true),
    runs: z.int(),
    best: z.strictObject({ cost: z.number(), versions: z.array(z.string()) }),
    regret: z.number(),
  }),
  z.strictObject({ said: z.literal(false), why: z.string() }),
]);

const policy = z.strictObject({
  name: z.string(),
  configHash: z.string(),
  runs: z.strictObject({
    started: z.int(),
    released: z.int(),
    ended: z.int(),
    recorded: z.int().describe('Those that took place as they are here.'),
    hours: z.number(),
    hoursUnknown: z.int(),
    money: z.number().nullable().describe('Null: no price is given.'),
  }),
  signals: z.array(z.strictObject({ outcome, reason, signals: z.int() })),
  waits: z.array(z.strictObject({ reason, signals: z.int(), hours: z.number() })),
  championAge: z
    .strictObject({ meanDays: z.number(), longestDays: z.number() })
    .nullable()
    .describe('Days since what serves was trained; null: unknown.'),
  losses: losses.nullable(),
  episodes: z.strictObject({
    found: z.int(),
    missed: z.int(),
    meanDaysToReact: z.number().nullable(),
    all: z.array(
      z.strictObject({
        name: z.string(),
        from: at,
        until: at,
        runId: z.string().nullable().describe('Null: it was missed.'),
        daysToReact: z.number().nullable(),
      }),
    ),
  }),
  regret,
  ignored: z.array(z.strictObject({ what: z.string(), times: z.int() })),
  cannotSay: z.array(z.string()),
  runList: z.array(run),
});

const side = z
  .strictObject({
    outcome,
    reason,
    decidedAt: at,
    runId: z.string().nullable(),
    joined: z.string().nullable(),
    sentence: z.string(),
  })
  .nullable()
  .describe('Null: the signal did not come up.');

export const backtestOutput = z.strictObject({
  model: z.string(),
  from: at,
  until: at,
  measure: measure.nullable(),
  assumptions: z.array(z.strictObject({ what: z.string(), value: z.string(), flag: z.string() })),
  reports: z.array(z.strictObject({ at, window: z.string(), value: z.number() })),
  policies: z.array(policy),
  differences: z.array(
    z.strictObject({
      first: z.string(),
      second: z.string(),
      sentence: z.string().describe('What would have come of the second, beside the first.'),
      decisions: z.array(
        z.strictObject({
          signalId: z.string(),
          summary: z.string(),
          offeredAt: at,
          first: side,
          second: side,
        }),
      ),
      onlyFirst: z.array(run),
      onlySecond: z.array(run),
    }),
  ),
  record: z
    .strictObject({
      decisions: z.int(),
      same: z.int(),
      secondsApart: z.number(),
      differences: z.array(
        z.strictObject({
          signalId: z.string(),
          recorded: z.string().nullable(),
          played: z.string().nullable(),
          why: z.string(),
        }),
      ),
    })
    .nullable()
    .describe('What the service decided then; null: the history has no decisions.'),
});

export const testOutput = z.strictObject({
  passed: z.int(),
  failed: z.int(),
  tests: z.array(
    z.strictObject({
      file: z.string(),
      test: z.string(),
      problems: z.array(z.string()).describe('Empty: it has passed.'),
    }),
  ),
});
