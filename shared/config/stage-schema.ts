/** The stages of a release, one schema each. */
import { z } from 'zod';
import { ApprovalSchema } from './approval-stage-schema.ts';
import { CheckSchema } from './check-schema.ts';
import { duration, name } from './fields.ts';
import { PipelineStageSchema } from './pipeline-stage-schema.ts';
import { ProbationSchema } from './probation-schema.ts';

const stageName = name('a stage name').describe('Name of the stage.');

const checks = z
  .array(CheckSchema)
  .min(1, 'at least one check: without any, nothing could say that the version does well')
  .max(20)
  .refine(
    (all) => new Set(all.map(({ check }) => check)).size === all.length,
    'each check needs a name of its own',
  )
  .describe(
    'What must hold. Every check must pass for a step forward; one that is shown to be violated rolls back.',
  );

const pause = (field: string, most = 'P60D') => duration(field, { least: 'PT0S', most });

const minimumRequests = z
  .int()
  .min(1)
  .max(1_000_000_000)
  .default(100)
  .describe(
    'How many requests the version must have been sent in this step. Fewer: the step is inconclusive.',
  );

const onInconclusive = z
  .strictObject({
    hold: pause('hold')
      .default('PT6H')
      .describe('How much longer than `for` the step goes on while its checks cannot say.'),
    end: z
      .enum(['roll-back', 'ask'])
      .default('roll-back')
      .describe(
        'What becomes of the release afterwards: it is rolled back, or a person is asked. It is never promoted.',
      ),
  })
  .prefault({})
  .describe('What becomes of a step whose checks cannot say.');

const step = {
  for: duration('for', { least: 'PT0S', most: 'P60D' })
    .default('PT1H')
    .describe('How long a step goes on before it may be left forwards.'),
  minimumRequests,
  checks,
  onInconclusive,
};

const ShadowSchema = z.strictObject({
  stage: stageName,
  kind: z.literal('shadow').describe('Sends the version copies of requests, and drops its answers.'),
  percent: z.int().min(1).max(50).describe('Share of the requests that are copied, in percent.'),
  ...step,
});

const CanarySchema = z.strictObject({
  stage: stageName,
  kind: z.literal('canary').describe('Has the version answer a share of the requests.'),
  steps: z
    .array(z.int().min(1).max(99, '99 at most: every request is what the stage of kind production gives'))
    .min(1)
    .max(10)
    .refine((all) => all.every((percent, at) => at === 0 || percent > all[at - 1]!), {
      error: ({ input }) =>
        `each step must be higher than the one before; found ${(input as readonly number[]).join(', ')}`,
    })
    .describe('Shares of the requests that the version answers, in percent, one step after the other.'),
  ...step,
});

const ProductionSchema = z.strictObject({
  stage: stageName,
  kind: z.literal('production').describe('Has the version answer every request: it is the champion.'),
  keepOld: pause('keepOld')
    .default('P1D')
    .describe(
      'How long the version is watched and the one before kept ready beside it, as an ISO 8601 duration. Then it is settled: rollbacks go to it.',
    ),
  checks: checks
    .optional()
    .describe('What must hold meanwhile; one that is shown to be violated rolls back.'),
});

const channelKind = z
  .literal('notify')
  .optional()
  .describe('`notify` may be given, and says what the stage does anyway.');

/** A stage without either is most likely one whose kind was forgotten. */
const noChannel =
  'missing; a stage has a kind (approval, shadow, canary, production, probation or pipeline), or a channel that it tells (service-bus or event-grid)';

/** Channels that are not told, but start something. */
const startingChannels: ReadonlySet<unknown> = new Set([
  'azure-pipelines',
  'azure-release',
  'github',
  'webhook',
]);

const withdraws = z
  .literal('withdraw')
  .optional()
  .describe(
    'Where the release goes back once the channel was told, it is told by `Ratchet.ModelWithdrawn` that the version is withdrawn, and after a rollback by hand which version serves again. Omitted: a notice that is out stays.',
  );

const NotifySchema = z.discriminatedUnion(
  'channel',
  [
    z.strictObject({
      stage: stageName,
      kind: channelKind,
      channel: z.literal('service-bus').describe('Sends the release notice to a Service Bus queue.'),
      queue: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/)
        .default('model-releases')
        .describe('Name of the queue. Turn duplicate detection on: the message id is the release id.'),
      undo: withdraws,
    }),
    z.strictObject({
      stage: stageName,
      kind: channelKind,
      channel: z
        .literal('event-grid')
        .describe('Publishes the release notice as event `Ratchet.ModelReleased`.'),
      undo: withdraws,
    }),
  ],
  {
    error: ({ input }) => {
      const { channel } = (input ?? {}) as { channel?: unknown };
      if (channel === undefined) return noChannel;
      return startingChannels.has(channel)
        ? `${String(channel)} starts something and waits for its end: add kind: pipeline`
        : undefined;
    },
  },
);

export const StageSchema = z.discriminatedUnion('kind', [
  NotifySchema,
  ApprovalSchema,
  ShadowSchema,
  CanarySchema,
  ProductionSchema,
  PipelineStageSchema,
  ProbationSchema,
]);

export type StageConfig = z.infer<typeof StageSchema>;
/** A stage that tells a channel. */
export type NotifyStage = z.infer<typeof NotifySchema>;
export type { ApprovalStage } from './approval-stage-schema.ts';
/** A stage that is judged by its checks. */
export type JudgedStage = z.infer<typeof ShadowSchema> | z.infer<typeof CanarySchema>;
export type ProductionStage = z.infer<typeof ProductionSchema>;
