/**
 * How a champion reaches the people it serves: the release of a model file.
 *
 * Owns: shape, units, defaults and the text of the reference page of the target, and what stages must be like beside
 * each other.
 * Does not own: the stages themselves (stage-schema.ts), what they mean (shared/release).
 */
import { z } from 'zod';
import { duration, variableName } from './fields.ts';
import { type StageConfig, StageSchema } from './stage-schema.ts';

const onlineName = z
  .string()
  .regex(
    /^(?=.{3,32}$)[A-Za-z](?:-?[A-Za-z0-9])*$/,
    '3 to 32 letters, digits and single hyphens, beginning with a letter',
  );

const asset = z
  .string()
  .regex(/^azureml:[^:@/\s]+:[^:@/\s]+$/, 'an asset of the workspace, such as azureml:spam-server:1');

const SmokeSchema = z.strictObject({
  requests: z
    .array(z.json())
    .min(1)
    .max(20)
    .refine((all) => JSON.stringify(all).length <= 65_536, 'at most 64 KB together')
    .describe('Bodies of requests that the deployment must answer with 200 before it gets any traffic.'),
  versionAt: z
    .string()
    .regex(/^(?:\/(?:[^~/]|~[01])+)+$/, 'a JSON pointer (RFC 6901), such as /model/version')
    .default('/model/version')
    .describe(
      'Where in an answer the version of the model stands, as a JSON pointer: an answer that bears another version, or none, is not believed.',
    ),
});

export const TargetSchema = z.strictObject({
  kind: z
    .literal('online-endpoint')
    .describe('A managed online endpoint of Azure Machine Learning, one deployment for each version.'),
  endpoint: onlineName.describe('Name of the endpoint. It is there already: a release creates none.'),
  instanceType: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,64}$/, 'a size of machine, such as Standard_DS3_v2')
    .describe('Size of the machines that serve a deployment.'),
  instances: z.int().min(1).max(50).default(1).describe('How many machines serve a deployment.'),
  concurrency: z
    .int()
    .min(1)
    .max(1_000)
    .default(1)
    .describe(
      'How many requests a machine takes at once, as many as the scoring code can; what comes beyond is answered 429. The default is that of the service.',
    ),
  environment: asset
    .optional()
    .describe('Environment of the deployment, as NAME:VERSION after `azureml:`. Omitted: an MLflow model.'),
  code: asset
    .optional()
    .describe('Scoring code of the deployment. Omitted: the environment holds it, or an MLflow model.'),
  script: z
    .string()
    .regex(
      /^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$))[A-Za-z0-9._/-]{1,200}$/,
      'a file within the code, such as score.py',
    )
    .optional()
    .describe('The file in `code` that serves. Needed with `code`.'),
  settings: z
    .record(variableName, z.string().max(2_000))
    .default({})
    .describe(
      'Environment variables of the deployment; never secrets. Every deployment has `RATCHET_MODEL_NAME`, `RATCHET_MODEL_VERSION` and `RATCHET_RELEASE`, too, from which scoring code tells the version it answers with.',
    ),
  smoke: SmokeSchema.optional().describe(
    'Requests that a deployment must answer before it gets traffic, and again before a rollback is called done. Omitted: none, and only the version of its model that the workspace reports is read back.',
  ),
  readyWithin: duration('readyWithin', { least: 'PT1M', most: 'PT6H' })
    .default('PT1H')
    .describe('How long a deployment may take to become ready, as an ISO 8601 duration.'),
  onNewCandidate: z
    .enum(['queue', 'supersede'])
    .default('queue')
    .describe(
      'What becomes of a version that is to be released while another release holds the endpoint. `queue`: it waits. `supersede`: the older release is rolled back first, unless it serves everybody already.',
    ),
  lookEvery: duration('lookEvery', { least: 'PT10S', most: 'PT6H' })
    .default('PT5M')
    .describe(
      'Longest pause between two looks at what the endpoint serves and at the checks, while anything but a settled version serves.',
    ),
});

const RollbackSchema = z
  .strictObject({
    drill: z
      .literal('required')
      .optional()
      .describe(
        'No version is deployed before a drill has passed on the endpoint: before the first release, and, with `drillEvery`, no longer ago than that. A release that lacks one has it done first. Omitted: releases wait for none.',
      ),
    drillEvery: duration('drillEvery', { least: 'PT1H', most: 'P3660D' })
      .optional()
      .describe(
        'How long after the last drill of the way back, or after the version that serves was settled, the next one begins, as an ISO 8601 duration. Omitted: none begins by itself.',
      ),
  })
  .refine(
    ({ drill, drillEvery }) => drill !== undefined || drillEvery !== undefined,
    'says nothing; give drill: required, drillEvery: P90D, or both, or leave rollback out',
  );

export const ReleaseSchema = z
  .strictObject({
    target: TargetSchema.optional().describe(
      'What serves the model, and what the stages are about: docs/releases.md. Omitted: the stages only notify, or run pipelines, and whoever hears of it serves the model.',
    ),
    stages: z.array(StageSchema).min(1).max(20).describe('The stages, in order.'),
    rollback: RollbackSchema.optional().describe(
      'How the way back is kept in practice: docs/releases.md, "Drills". Omitted: it is drilled when somebody orders it.',
    ),
  })
  .superRefine(({ target, stages }, context) => {
    for (const problem of findStageProblems(target, stages)) context.addIssue({ code: 'custom', ...problem });
  });

/** What stages must be like beside each other. */
function findStageProblems(
  target: TargetConfig | undefined,
  stages: readonly StageConfig[],
): { path: (string | number)[]; message: string }[] {
  const problems: { path: (string | number)[]; message: string }[] = [];
  const names = stages.map(({ stage }) => stage);
  const productions = stages.flatMap(({ kind }, at) => (kind === 'production' ? [at] : []));
  stages.forEach(({ stage, kind = 'notify' }, at) => {
    const path = ['stages', at];
    if (target && names.indexOf(stage) !== at)
      problems.push({ path, message: `stage ${stage} is there twice; give each a name of its own` });
    if (!target && kind !== 'notify' && kind !== 'pipeline')
      problems.push({
        path,
        message: `a stage of kind ${kind} is about what serves the model; add release.target`,
      });
    if ((kind === 'shadow' || kind === 'canary') && at > (productions[0] ?? stages.length))
      problems.push({
        path,
        message: `a stage of kind ${kind} comes before the stage of kind production; afterwards every request is the version's already`,
      });
  });
  for (const at of productions) problems.push(...findNeverSaying(stages[at]!, at));
  problems.push(...findMisplaced(stages, productions[0] ?? stages.length));
  if (target && productions.length !== 1) {
    const message = `release.target needs one stage of kind production, which has the version answer every request; found ${productions.length || 'none'}; ${productions.length === 0 ? 'add { stage: production, kind: production }' : 'keep one of them'}`;
    problems.push({ path: ['stages'], message });
  }
  if (target && (target.code === undefined) !== (target.script === undefined))
    problems.push({
      path: ['target', 'script'],
      message: 'code and script belong together; give both, or none',
    });
  return problems;
}

/** A version is on probation while it serves everybody, once. */
function findMisplaced(
  stages: readonly StageConfig[],
  production: number,
): { path: (string | number)[]; message: string }[] {
  const first = stages.findIndex(({ kind }) => kind === 'probation');
  return stages.flatMap(({ kind }, at) => {
    if (kind !== 'probation' || (at > production && at === first)) return [];
    const message =
      at === first
        ? 'a stage of kind probation comes after the stage of kind production: before it the version has no labelled rows of production'
        : 'a release has one stage of kind probation; leave this one out';
    return [{ path: ['stages', at], message }];
  });
}

/** In production nobody else has requests any more. */
function findNeverSaying(stage: StageConfig, at: number): { path: (string | number)[]; message: string }[] {
  const checks = stage.kind === 'production' ? (stage.checks ?? []) : [];
  return checks.flatMap(({ worseBy }, index) =>
    worseBy === undefined
      ? []
      : [
          {
            path: ['stages', at, 'checks', index, 'worseBy'],
            message:
              'compares with the champion in the same window, which has no requests once the version has them all: in a stage of kind production the check could never say; give atMost',
          },
        ],
  );
}

export type ReleaseConfig = z.infer<typeof ReleaseSchema>;
export type TargetConfig = z.infer<typeof TargetSchema>;
