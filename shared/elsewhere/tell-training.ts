/**
 * A training elsewhere as its run is told of it.
 *
 * Owns: that one which went well has left the files of a model. Does not own: where they may lie (reported-model.ts), what the
 * service says (training-channel.ts).
 */
import type { Blobs } from '../azure/blobs.ts';
import { manifestPath, modelPath } from '../azure/run-files.ts';
import type { ElsewhereConfig } from '../config/elsewhere-schema.ts';
import {
  describeOutside,
  type Elsewhere,
  type ToldTraining,
  type trainingParameters,
} from '../domain/elsewhere.ts';
import { readJobName } from '../domain/job-name.ts';
import type { PipelineSeen, TrainingOrder } from '../domain/pipeline.ts';
import { locateModel } from './reported-model.ts';
import type { TrainingChannel } from './training-channel.ts';

interface Sources {
  readonly channel: Pick<TrainingChannel, 'endOf'>;
  readonly blobs: Pick<Blobs, 'list' | 'addressOf'>;
  /** Resource id. */
  readonly workspaceId: string;
}

/** What asks for it, or looks for what was asked for before. */
export const orderOf = (
  { job: key, askedAt }: Elsewhere,
  sent: Readonly<Record<string, string>> = {},
): TrainingOrder => ({ key, askedAt, sent });

interface Request {
  readonly model: string;
  readonly dataPath: string;
  readonly training: Pick<ElsewhereConfig, 'settings'>;
  readonly elsewhere: Elsewhere;
}

/** The parameters of the pipeline. Addresses are https, without anything that lets one in. */
export function parametersOfTraining(
  { model, dataPath, training, elsewhere }: Request,
  { addressOf }: { readonly addressOf: (path: string) => string },
): Readonly<Record<string, string>> {
  const { runId, attempt } = namesOf(elsewhere);
  const settings = Object.entries(training.settings).map(([name, value]) => [name, String(value)]);
  return {
    ...(Object.fromEntries(settings) as Record<string, string>),
    ...({
      ratchetJob: elsewhere.job,
      ratchetRun: runId,
      modelName: model,
      dataFolder: addressOf(dataPath),
      manifest: addressOf(manifestPath(runId)),
      modelFolder: addressOf(modelPath(runId, attempt)),
    } satisfies Record<(typeof trainingParameters)[number], string>),
  };
}

/** Throws where service or storage are away. */
export async function tellTraining(
  elsewhere: Elsewhere,
  seen: PipelineSeen,
  sources: Sources,
): Promise<ToldTraining> {
  const known = { ...elsewhere, run: seen.run ?? elsewhere.run };
  const told = { jobName: elsewhere.job, ended: true, succeeded: false, error: '', elsewhere: known };
  if (seen.state === 'running') return { ...told, status: 'Running', ended: false };
  if (seen.state === 'absent' || known.run === null) {
    const error = `${describeOutside(known)} has no such run, or no more`;
    return { ...told, status: 'NotFound', error, ...(elsewhere.run === null && { computeMs: 0 }) };
  }
  const { commit, ranMs, failure, reports } = await sources.channel.endOf(
    known.run,
    seen.state === 'succeeded',
  );
  const ended = {
    ...told,
    ...(ranMs !== undefined && { computeMs: ranMs }),
    elsewhere: { ...known, commit },
  };
  const what = describeOutside(ended.elsewhere);
  if (failure === null) return findModel(ended, { reports, what, sources });
  const isCancelled = seen.state === 'cancelled';
  const why = failure.said || (isCancelled ? 'it was cancelled' : 'Azure DevOps does not say why');
  const status = isCancelled ? 'Canceled' : 'Failed';
  // Who cancels it there does not want another one.
  return { ...ended, status, error: `${what}: ${why}`, ...(!isCancelled && { kind: failure.kind }) };
}

interface Left {
  readonly reports: Parameters<typeof locateModel>[0];
  /** What ran, for a person. */
  readonly what: string;
  readonly sources: Sources;
}

async function findModel(
  ended: Omit<ToldTraining, 'status'>,
  { reports, what, sources }: Left,
): Promise<ToldTraining> {
  const job = ended.jobName;
  const status = 'Completed';
  const failed = (error: string) => ({ ...ended, status, kind: 'code' as const, error: `${what}: ${error}` });
  const { workspaceId, blobs } = sources;
  const model = locateModel(reports, { ...namesOf(ended.elsewhere), job, workspaceId });
  if ('error' in model) return failed(model.error);
  const files = await blobs.list(model.path);
  if (files.length === 0)
    return failed(
      `it ended well and left no file where its model is expected, ${blobs.addressOf(model.path)}; have it write there, or report where it lies (docs/elsewhere-training.md)`,
    );
  return { ...ended, status, succeeded: true, ...(model.uri !== null && { modelUri: model.uri }) };
}

function namesOf({ job }: Elsewhere): { readonly runId: string; readonly attempt: number } {
  const { runId, attempt } = readJobName(job) ?? { runId: job, attempt: 1 };
  return { runId, attempt };
}
