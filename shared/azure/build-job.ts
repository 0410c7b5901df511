/**
 * Builds the command job of a run's phase, as docs/jobs.md promises it to the model's code.
 *
 * Pure: equal arguments give an equal job, so a repeated submission is the same submission.
 */
import type { CommandJob } from '@azure/arm-machinelearning';
import { parseDurationMs } from '../config/duration.ts';
import type { JobConfig } from '../config/schema.ts';
import { assetId } from '../domain/asset-id.ts';
import { jobNameOf } from '../domain/job-name.ts';
import { runTag } from '../domain/lineage.ts';
import type { ModelVersion } from '../domain/run.ts';
import { RatchetError } from '../errors.ts';
import { fillCommand } from './fill-command.ts';
import { computeFields, type SentJob } from './job-compute.ts';
import { datastoreUri, evidencePath, longUri, manifestPath, modelPath } from './run-files.ts';

export interface JobRequest {
  readonly runId: string;
  readonly model: string;
  readonly phase: 'train' | 'evaluate';
  /** From 1, which is what it is when omitted. */
  readonly attempt?: number;
  readonly dataPath: string;
  readonly job: JobConfig;
  readonly challenger: ModelVersion | null;
  readonly champion: ModelVersion | null;
}

const phaseTag = 'ratchetPhase';

export function buildJob(request: JobRequest, workspaceId: string): SentJob {
  const { runId, model, phase, job } = request;
  const subject = { run: runId, model, job: jobNameOf(request) };
  const uriOf = (uri: string): string => longUri(workspaceId, uri);
  const inputs = { ...literalInputs(job, subject), ...fileInputs(request, uriOf) };
  const outputs = outputsOf(request, uriOf);
  return {
    jobType: 'Command',
    displayName: jobNameOf(request),
    experimentName: model,
    command: fillCommand(job.command, new Set(Object.keys(inputs)), new Set(Object.keys(outputs)), subject),
    codeId: assetId(workspaceId, 'codes', job.code),
    environmentId: assetId(workspaceId, 'environments', job.environment),
    ...computeFields(job, workspaceId),
    inputs,
    outputs,
    limits: { jobLimitsType: 'Command', timeout: plainDuration(job.timeout) },
    environmentVariables: { ...job.environmentVariables },
    tags: tagsOf(job, runId, phase),
  };
}

export function tagsOf(
  { tags }: Pick<JobConfig, 'tags'>,
  runId: string,
  phase: JobRequest['phase'],
): Record<string, string> {
  return { ...tags, [runTag]: runId, [phaseTag]: phase };
}

const ownInputs = new Set(['data', 'manifest', 'challenger', 'champion']);

export function literalInputs(
  job: Pick<JobConfig, 'settings'>,
  subject: Readonly<Record<string, string>>,
): NonNullable<CommandJob['inputs']> {
  const taken = Object.keys(job.settings).filter((name) => ownInputs.has(name));
  if (taken.length > 0) {
    throw new RatchetError(
      'bad-config',
      `settings.${taken[0]} of job ${subject['job']} has the name of an input that Ratchet sets; rename it`,
      { subject },
    );
  }
  return Object.fromEntries(
    Object.entries(job.settings).map(([name, value]) => [
      name,
      { jobInputType: 'literal' as const, value: String(value) },
    ]),
  );
}

type UriOf = (uri: string) => string;

export function fileInputs(
  request: Omit<JobRequest, 'job'>,
  uriOf: UriOf,
): NonNullable<CommandJob['inputs']> {
  const { runId, phase, dataPath, challenger, champion } = request;
  const folder = (uri: string) =>
    ({ jobInputType: 'uri_folder', uri: uriOf(uri), mode: 'ReadOnlyMount' }) as const;
  return {
    data: folder(datastoreUri(dataPath)),
    manifest: {
      jobInputType: 'uri_file',
      uri: uriOf(datastoreUri(manifestPath(runId))),
      mode: 'ReadOnlyMount',
    },
    ...(phase === 'evaluate' && challenger && { challenger: folder(challenger.modelUri) }),
    ...(phase === 'evaluate' && champion && { champion: folder(champion.modelUri) }),
  };
}

export function outputsOf(
  { runId, phase, attempt }: Omit<JobRequest, 'job'>,
  uriOf: UriOf,
): NonNullable<CommandJob['outputs']> {
  const output = (path: string) =>
    ({ jobOutputType: 'uri_folder', uri: uriOf(datastoreUri(path)), mode: 'ReadWriteMount' }) as const;
  return phase === 'train'
    ? { model: output(modelPath(runId, attempt)) }
    : { evidence: output(evidencePath(runId, attempt)) };
}

/** The service reads XML Schema durations, which know no weeks. */
export function plainDuration(duration: string): string {
  const seconds = (parseDurationMs(duration) ?? 0) / 1000;
  const [days, rest] = [Math.floor(seconds / 86_400), seconds % 86_400];
  const [hours, minutes] = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60)];
  const time = [
    [hours, 'H'],
    [minutes, 'M'],
    [rest % 60, 'S'],
  ].flatMap(([count, unit]) => (count ? [`${count}${unit}`] : []));
  const date = days ? `${days}D` : '';
  return date || time.length > 0 ? `P${date}${time.length > 0 ? `T${time.join('')}` : ''}` : 'PT0S';
}
