/**
 * The model file: everything Ratchet knows about one model.
 *
 * Owns: shape, units, defaults and the text of the reference page and the JSON Schema, both generated from here.
 * Does not own: reading files and reporting problems (load.ts), the meaning of policy and gates (admission, gates).
 */
import { z } from 'zod';
import { parseDurationMs } from './duration.ts';
import { cron, duration, folder, name, timeZone } from './fields.ts';
import { findTaskProblems, GatesSchema } from './gate-schema.ts';
import { tasks } from './metric-catalog.ts';
import { PolicySchema } from './policy-schema.ts';

/** Inputs of a job that Ratchet fills: docs/jobs.md. */
const ownInputs = ['data', 'manifest', 'challenger', 'champion'];

const JobSchema = z.strictObject({
  command: z
    .string()
    .min(1)
    .describe(
      'The command line, with `${{inputs.NAME}}` and `${{outputs.NAME}}` as Azure ML writes them. A part in `$[[ ]]` is left out when an input in it has no value (the champion, before there is one). Words and quotes only: no shell is involved.',
    ),
  code: z
    .string()
    .regex(/^azureml:[^:\s]+:[^:\s]+$/, 'a code asset, azureml:NAME:VERSION')
    .describe('The code asset the job runs in, `azureml:NAME:VERSION`.'),
  environment: z
    .string()
    .regex(/^azureml:[^:\s]+:[^:\s]+$/, 'an environment, azureml:NAME:VERSION')
    .describe('The environment the job runs in, `azureml:NAME:VERSION`.'),
  compute: z.string().min(1).describe('Name of the compute target in the workspace.'),
  timeout: duration
    .default('PT2H')
    .describe(
      'How long the job may run, as an ISO 8601 duration. A job that takes longer is cancelled and counts as failed.',
    ),
  settings: z
    .record(
      z
        .string()
        .regex(/^[a-z][A-Za-z0-9_]*$/)
        .refine(
          (key) => !ownInputs.includes(key),
          `Ratchet fills the inputs ${ownInputs.join(', ')} itself; choose another name`,
        ),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .default({})
    .describe('Literal inputs of the job: `${{inputs.NAME}}` in the command.'),
  environmentVariables: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .default({})
    .describe('Environment variables of the job. Not for secrets: they are shown in the workspace.'),
});

const DataSchema = z.strictObject({
  path: folder.describe(
    "Folder of the model's data in the workspace's default datastore. Each file in it is one partition, and partitions are used in the order of their names: begin a name with its date.",
  ),
  evaluateOn: z.int().min(1).default(4).describe('How many of the latest partitions the evaluation scores.'),
  holdoutShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.3)
    .describe(
      'Share of the rows, between 0 and 1, that training leaves out and evaluation scores. A row falls to one side by its id, the same in every run.',
    ),
});

const MetricTriggerSchema = z
  .strictObject({
    name: name('a trigger name').describe('Name of the rule, shown in decisions.'),
    metric: z.string().min(1).describe('Name of the reported metric.'),
    below: z.number().optional().describe('A value under this is a breach.'),
    above: z.number().optional().describe('A value over this is a breach.'),
    minimumSample: z.int().min(1).default(1).describe('Reports over fewer rows than this are ignored.'),
  })
  .refine(
    (rule) => (rule.below === undefined) !== (rule.above === undefined),
    'give exactly one of below and above',
  );

const AlertTriggerSchema = z.strictObject({
  name: name('a trigger name').describe('Name of the trigger, shown in decisions.'),
  rule: z.string().min(1).max(260).describe('Name of the alert rule in Azure Monitor, in any casing.'),
});

const ScheduleSchema = z.strictObject({
  name: name('a schedule name').describe('Name of the schedule, shown in decisions.'),
  cron: cron.describe('When it asks: five fields, such as `0 6 * * 1` for Mondays at 06:00.'),
  timeZone: timeZone.default('UTC').describe('Time zone of `cron`, an IANA name.'),
});

const TriggersSchema = z.strictObject({
  metrics: z
    .array(MetricTriggerSchema)
    .default([])
    .describe('Thresholds on metrics reported to `POST /api/models/{model}/metrics`.'),
  alerts: z
    .array(AlertTriggerSchema)
    .default([])
    .describe(
      'Alert rules of Azure Monitor that ask for a run when they fire. An alert rule with the custom property `model` needs no entry.',
    ),
  drift: z
    .boolean()
    .default(false)
    .describe(
      'Whether a breach found by an Azure ML model monitor asks for a run. The monitor is named after the model, or begins with its name and an underscore.',
    ),
  data: z.boolean().default(false).describe('Whether a new file in the data path asks for a run.'),
  schedules: z
    .array(ScheduleSchema)
    .max(20)
    .refine(
      (schedules) => new Set(schedules.map((schedule) => schedule.name)).size === schedules.length,
      'each schedule needs a name of its own: it is part of what the schedule asks',
    )
    .default([])
    .describe('Times at which a run is asked for. Of several missed ones, the latest asks.'),
  championAge: duration
    .refine((text) => (parseDurationMs(text) ?? 0) >= 3_600_000, 'championAge: at least an hour, PT1H')
    .optional()
    .describe(
      'A champion that was released longer ago than this asks for a run, and again whenever as much time has passed, as an ISO 8601 duration of at least an hour. Omitted: age asks for nothing.',
    ),
  registry: z
    .boolean()
    .default(false)
    .describe('Whether a version that a person registered asks to be evaluated and promoted.'),
});

const StageSchema = z.discriminatedUnion('channel', [
  z.strictObject({
    stage: name('a stage name').describe('Name of the stage.'),
    channel: z.literal('service-bus').describe('Sends the release notice to a Service Bus queue.'),
    queue: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/)
      .default('model-releases')
      .describe('Name of the queue. Turn duplicate detection on: the message id is the release id.'),
  }),
  z.strictObject({
    stage: name('a stage name').describe('Name of the stage.'),
    channel: z
      .literal('event-grid')
      .describe('Publishes the release notice as event `Ratchet.ModelReleased`.'),
  }),
]);

export const ModelConfigSchema = z
  .strictObject({
    model: name('a model name').describe(
      "Name of the model, in the workspace's registry and everywhere in Ratchet.",
    ),
    description: z.string().default('').describe('What the model is for.'),
    task: z
      .enum(tasks)
      .default('binary')
      .describe(
        'What the model does: `binary` scores the chance of class 1 between 0 and 1, `regression` predicts a number, `multiclass` decides for one of several classes or gives each a probability. It says how predictions are read and which metrics there are.',
      ),
    data: DataSchema.describe('Where the data lies and how it is split.'),
    training: JobSchema.describe('The job that trains a challenger into the output `model`.'),
    evaluation: JobSchema.describe('The job that scores challenger and champion into the output `evidence`.'),
    triggers: TriggersSchema.prefault({}).describe('What asks for a run. Manual requests always may.'),
    policy: PolicySchema.prefault({}).describe('What holds a run back.'),
    gates: GatesSchema.describe(
      'What a challenger must pass. Every gate that blocks must pass: docs/gates.md.',
    ),
    release: z
      .strictObject({ stages: z.array(StageSchema).min(1).describe('The stages, in order.') })
      .describe('How a champion is made known.'),
  })
  .superRefine(({ task, gates }, context) => {
    for (const problem of findTaskProblems(task, gates)) context.addIssue({ code: 'custom', ...problem });
  });

export type ModelConfig = z.infer<typeof ModelConfigSchema>;
export type JobConfig = ModelConfig['training'];
export type MetricTrigger = ModelConfig['triggers']['metrics'][number];
export type Schedule = ModelConfig['triggers']['schedules'][number];
export type Policy = ModelConfig['policy'];
export type Freeze = Policy['freezes'][number];
export type { GateConfig } from './gate-schema.ts';
export type StageConfig = ModelConfig['release']['stages'][number];

/** A model file as one run uses it from beginning to end, whatever happens to the file meanwhile. */
export interface PinnedModel {
  readonly config: ModelConfig;
  /** SHA-256 over the canonical JSON of `config`, hex. */
  readonly configHash: string;
}
