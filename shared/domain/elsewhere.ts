/** A training that runs outside of the workspace, as its run keeps it. Plain JSON. */
import type { FailureKind } from './job-attempt.ts';

export interface Elsewhere {
  readonly service: 'azure-pipelines';
  readonly project: string;
  /** Its name, or its number. */
  readonly pipeline: string | number;
  /** Absent: the default branch of the pipeline. */
  readonly branch?: string;
  /** Name of the job, `RUN-train` or `RUN-train-2`: what was started bears it, and is found again by it. */
  readonly job: string;
  /** When it was first asked for (ISO 8601, UTC): nothing older is what was started. */
  readonly askedAt: string;
  /** What was started; null: nothing that was seen. */
  readonly run: { readonly id: string; readonly url: string | null } | null;
  /** Commit of the pipeline's repository that it ran; null: not known. */
  readonly commit: string | null;
}

/** How it stands, as a job of the workspace is told. */
export interface ToldTraining {
  readonly jobName: string;
  readonly status: string;
  readonly ended: boolean;
  readonly succeeded: boolean;
  /** Why there is no model, empty otherwise. */
  readonly error: string;
  /** How long it ran, once it has ended; absent where nobody says. */
  readonly computeMs?: number;
  /** Why it failed; absent where nobody says. */
  readonly kind?: FailureKind;
  /** Where its model lies; absent where that is the folder it was given. */
  readonly modelUri?: string;
  readonly elsewhere: Elsewhere;
}

/** What runs it, for a person. */
export function describeElsewhere({ project, pipeline }: Pick<Elsewhere, 'project' | 'pipeline'>): string {
  return `pipeline ${pipeline} of ${project}`;
}

/** The same with the commit and the link. */
export function describeOutside(elsewhere: Elsewhere): string {
  const { commit, run } = elsewhere;
  const of = commit === null ? '' : ` at commit ${commit.slice(0, 12)}`;
  return `${describeElsewhere(elsewhere)}${of}${run?.url ? ` (${run.url})` : ''}`;
}

/** The parameters that a pipeline which trains is sent; docs/elsewhere-training.md says what each is. */
export const trainingParameters = [
  'ratchetJob',
  'ratchetRun',
  'modelName',
  'dataFolder',
  'manifest',
  'modelFolder',
] as const;

/** Whether a job runs outside of the workspace. */
export function isElsewhere<Job extends object>(
  job: Job,
): job is Extract<Job, { readonly kind: 'azure-pipelines' }> {
  return 'kind' in job && job.kind === 'azure-pipelines';
}
