/**
 * `triggers` of a model file: what requests a run.
 *
 * Owns: the triggers that are no rule over a number, and what all of them must be together. Does not own: rules over
 * numbers (trigger-schema.ts), composites (composite-schema.ts), absences (absence-schema.ts), new data (data-schema.ts).
 */
import { z } from 'zod';
import { AbsencesSchema, findAbsenceProblems } from './absence-schema.ts';
import { CompositesSchema, findCompositeProblems } from './composite-schema.ts';
import { DataTriggerSchema } from './data-schema.ts';
import { cron, duration, name, timeZone } from './fields.ts';
import type { Problem } from './gate-fields.ts';
import {
  findSharedNames,
  MetricTriggerSchema,
  QueryTriggerSchema,
  RunTriggerSchema,
} from './trigger-schema.ts';

const AlertTriggerSchema = z.strictObject({
  name: name('a trigger name').describe('Name of the trigger, shown in decisions.'),
  rule: z.string().min(1).max(260).describe('Name of the alert rule in Azure Monitor, in any casing.'),
});

const ScheduleSchema = z.strictObject({
  name: name('a schedule name').describe('Name of the schedule, shown in decisions.'),
  cron: cron.describe('When it asks: five fields, such as `0 6 * * 1` for Mondays at 06:00.'),
  timeZone: timeZone.default('UTC').describe('Time zone of `cron`, an IANA name.'),
});

export const TriggersSchema = z.strictObject({
  metrics: z
    .array(MetricTriggerSchema)
    .default([])
    .describe('Thresholds on metrics reported to `POST /api/models/{model}/metrics`.'),
  queries: z
    .array(QueryTriggerSchema)
    .max(20)
    .default([])
    .describe('Thresholds on what KQL queries over Log Analytics find, run on a schedule.'),
  runs: z
    .array(RunTriggerSchema)
    .max(20)
    .default([])
    .describe('Thresholds on metrics that production runs log through MLflow, judged when a run completes.'),
  alerts: z
    .array(AlertTriggerSchema)
    .default([])
    .describe(
      'Alert rules of Azure Monitor that request a run when they fire. An alert rule with the custom property `model` needs no entry.',
    ),
  drift: z
    .boolean()
    .default(false)
    .describe(
      'Whether a breach found by an Azure ML model monitor requests a run, once the workspace has confirmed it. The signal of the monitor is named after the model, or begins with its name and an underscore; so does the monitor, for its recoveries to count.',
    ),
  data: DataTriggerSchema.default(false).describe(
    'Whether a new file in the data path requests a run: `true`, `false`, or how much new data it takes.',
  ),
  schedules: z
    .array(ScheduleSchema)
    .max(20)
    .refine(
      (schedules) => new Set(schedules.map((schedule) => schedule.name)).size === schedules.length,
      'each schedule needs a name of its own: it is part of what the schedule asks',
    )
    .default([])
    .describe('Times at which a run is asked for. Of several missed ones, the latest asks.'),
  composites: CompositesSchema.optional().describe(
    'Rules that request a run only together: docs/signals.md, "Rules that ask together". Omitted: each asks by itself.',
  ),
  absences: AbsencesSchema.optional().describe(
    'What keeps coming, and is missed where it does not: docs/signals.md, "What no longer comes". Omitted: nothing is missed.',
  ),
  championAge: duration('championAge', { least: 'PT1H', most: 'P3660D' })
    .optional()
    .describe(
      'A champion that was released longer ago than this requests a run, and again whenever as much time has passed, as an ISO 8601 duration of at least an hour. Omitted: age requests none.',
    ),
  registry: z
    .boolean()
    .default(false)
    .describe('Whether a version that a person registered asks to be evaluated and promoted.'),
});

/** What the shape does not say: names that rules share, rules that are named and are not there. */
export function* findTriggerProblems(triggers: z.infer<typeof TriggersSchema>): Generator<Problem> {
  for (const shared of findSharedNames([triggers.metrics, triggers.queries, triggers.runs])) {
    const message = `rule name ${shared} is given twice in metrics, queries and runs; it is part of what a rule asks, so choose another`;
    yield { path: ['triggers'], message };
  }
  yield* findCompositeProblems(triggers);
  yield* findAbsenceProblems(triggers);
}
