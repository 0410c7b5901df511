/**
 * How a champion reaches the people it serves: the release of a model file.
 *
 * Owns: what stages must be like beside each other, and beside the target.
 * Does not own: the target (target-schema.ts), the stages themselves (stage-schema.ts), what they mean (shared/release).
 */
import { z } from 'zod';
import { duration } from './fields.ts';
import { type StageConfig, StageSchema } from './stage-schema.ts';
import { type KubernetesTarget, type TargetConfig, TargetSchema } from './target-schema.ts';

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
  stages.forEach((each, at) => {
    const { stage, kind = 'notify' } = each;
    const path = ['stages', at];
    if (!target && 'undo' in each && each.undo === 'withdraw')
      problems.push({
        path: [...path, 'undo'],
        message:
          'takes a notice back where a release goes back, and without release.target none does; add one, or leave undo out',
      });
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
  if (target?.kind === 'kubernetes-endpoint') problems.push(...findUnserved(target, stages));
  problems.push(...findUnapproved(stages));
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

/** What is approved elsewhere on Ratchet's word was approved in Ratchet by people. */
function findUnapproved(stages: readonly StageConfig[]): { path: (string | number)[]; message: string }[] {
  const first = stages.findIndex(({ kind }) => kind === 'approval');
  return stages.flatMap((stage, at) => {
    const answers =
      stage.kind === 'pipeline' && stage.channel === 'azure-release' && stage.approval === 'answer';
    if (!answers || (first >= 0 && first < at)) return [];
    const message =
      'gives an approval that nobody has given: put a stage of kind approval before it, or let people approve there (approval: follow)';
    return [{ path: ['stages', at, 'approval'], message }];
  });
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

/** What an endpoint on Kubernetes cannot do. */
function findUnserved(
  { requestsTable }: KubernetesTarget,
  stages: readonly StageConfig[],
): { path: (string | number)[]; message: string }[] {
  return stages.flatMap((stage, at) => {
    if (stage.kind === 'shadow') {
      const message =
        'an endpoint on Kubernetes copies no requests: Azure Machine Learning has that for managed endpoints alone; give a canary of few percent';
      return [{ path: ['stages', at, 'kind'], message }];
    }
    if (requestsTable !== undefined || !('checks' in stage) || stage.checks === undefined) return [];
    const message =
      'checks could never say: Azure Machine Learning writes no log of the requests of an endpoint on Kubernetes; fill a table of your own and name it in release.target.requestsTable, or leave the checks to a stage of kind probation';
    return [{ path: ['stages', at, 'checks'], message }];
  });
}

export type ReleaseConfig = z.infer<typeof ReleaseSchema>;
