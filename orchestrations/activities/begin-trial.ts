import { listPartitions } from '../../shared/azure/build-manifest.ts';
import { manifestPath } from '../../shared/azure/run-files.ts';
import { submitAny } from '../../shared/azure/submit-any.ts';
import type { DataManifest } from '../../shared/domain/data-manifest.ts';
import { jobNameOf } from '../../shared/domain/job-name.ts';
import type { ModelVersion } from '../../shared/domain/run.ts';
import type { TrialStart } from '../../shared/release/transitions/trial.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep, isFinal } from '../define-step.ts';

defineStep('begin-trial', async (trial) => {
  const { trialId, data, since, job, challenger, champion } = trial;
  if (!(await pinRows(trial))) {
    const why = `No file of labelled rows was put into ${data.path} since ${since}, when version ${challenger.version} had come to serve everybody.`;
    return { state: 'gone', why };
  }
  const workspace = await wiring.workspace();
  const asked = { runId: trialId, phase: 'evaluate', model: challenger.name, dataPath: data.path } as const;
  const jobName = jobNameOf(asked);
  try {
    const sides = { challenger: await locate(challenger), champion: champion && (await locate(champion)) };
    await submitAny(workspace, jobName, { ...asked, job, ...sides });
    return { state: 'running', why: '' };
  } catch (error) {
    // A refusal is an answer: the next look asks anew.
    if (!isFinal(error)) throw error;
    return { state: 'gone', why: `Job ${jobName} was refused: ${error.message}` };
  }
});

/** Writes down which files the look is at, once. False: there are none. */
async function pinRows({ trialId, data, since, challenger }: TrialStart): Promise<boolean> {
  const blobs = await wiring.blobs();
  const files = (await blobs.list(data.path)).filter(({ uploadedAt }) => (uploadedAt ?? '') >= since);
  const evaluate = listPartitions(data, files);
  const path = manifestPath(trialId);
  if (evaluate.length === 0) return (await blobs.find(path)) !== null;
  // Every row is scored: none of them was there when the version was trained.
  const manifest: DataManifest = {
    ...{ runId: trialId, model: challenger.name, train: [], evaluate, holdoutShare: 1 },
  };
  await blobs.writeJsonOnce(path, manifest);
  return true;
}

/** A version that served before there were releases is known by its number alone. */
async function locate(version: ModelVersion): Promise<ModelVersion> {
  if (version.modelUri !== '') return version;
  const { models } = await wiring.workspace();
  return (await models.find(version.name, version.version)) ?? version;
}
