/**
 * Facts that events should have told, made of what workspace and storage have: as the events would have been, so that
 * a fact has the same id whoever tells it. Pure.
 */
import { dataFileName } from '../config/data-files.ts';
import type { PinnedModel } from '../config/schema.ts';
import type { DeployedModel, Deployment } from '../domain/deployment.ts';
import { readModelId } from '../domain/model-id.ts';
import { dataSignal, listensToData, type UploadedFile } from './data-signal.ts';
import type { Fact, Models } from './fact.ts';
import { parseWorkspaceEvent } from './parse-workspace-event.ts';

/** Who says so, in place of Event Grid. */
const source = 'reconcile';
const prefix = 'Microsoft.MachineLearningServices.';

/** A run of the workspace that has come to its end. */
interface EndedRun {
  readonly runId: string;
  readonly experiment: string;
  /** As the workspace words it: Completed, Failed. */
  readonly status: string;
  /** Whether it is a step of another one. */
  readonly isStep: boolean;
  readonly tags: Readonly<Record<string, string>>;
  /** ISO 8601, UTC; null where the workspace does not say. */
  readonly endedAt: string | null;
}

/** Breaches, the end of a monitor, and metrics to be read; that a job of ours has ended its run finds by itself. */
export function factsOfRun(run: EndedRun, models: Models): readonly Fact[] {
  const { runId, experiment, status, isStep, tags, endedAt } = run;
  const data = {
    runId,
    experimentName: experiment,
    runStatus: status,
    runTags: tags,
    ...(isStep && { runType: 'azureml.StepRun' }),
  };
  const facts = parseWorkspaceEvent(eventOf('RunStatusChanged', runId, endedAt, data), models);
  return facts.filter(({ type }) => type !== 'job-ended').map(fromHere);
}

interface ListedVersion {
  readonly name: string;
  readonly version: string;
  readonly tags: Readonly<Record<string, string>>;
  /** ISO 8601, UTC; null where the registry does not say. */
  readonly createdAt: string | null;
}

export function factsOfVersion(listed: ListedVersion, models: Models): readonly Fact[] {
  const { name, version, tags, createdAt } = listed;
  const data = { modelName: name, modelVersion: version, modelTags: tags };
  return parseWorkspaceEvent(eventOf('ModelRegistered', `${name}:${version}`, createdAt, data), models).map(
    fromHere,
  );
}

interface ListedEndpoint {
  readonly endpoint: string;
  readonly deployments: readonly {
    /** In any form that an event may name it. */
    readonly model: string;
    /** ISO 8601, UTC; null where the workspace does not say. */
    readonly deployedAt: string | null;
  }[];
}

/**
 * All that an endpoint serves, where a version of a model of ours was deployed to it of which no event has told. `known` is
 * what was told of it last, `isRecent` says which deployments are looked at.
 */
export function factsOfEndpoint(
  { endpoint, deployments }: ListedEndpoint,
  known: Deployment | null,
  models: Models,
  isRecent: (deployedAt: string | null) => boolean,
): readonly Fact[] {
  const untold = deployments.filter(
    ({ model, deployedAt }) => isRecent(deployedAt) && isUntold(readModelId(model), known, models),
  );
  const latest = untold.map(({ deployedAt }) => deployedAt ?? '').reduce((a, b) => (b > a ? b : a), '');
  if (latest === '') return [];
  const data = { serviceName: endpoint, modelIds: [...new Set(deployments.map(({ model }) => model))] };
  return parseWorkspaceEvent(eventOf('ModelDeployed', endpoint, laterThan(known, latest), data), models);
}

function isUntold(model: DeployedModel | null, known: Deployment | null, models: Models): boolean {
  if (model === null || !models.has(model.name)) return false;
  const isTold = ({ name, version, registry }: DeployedModel) =>
    name === model.name && version === model.version && registry === model.registry;
  return !(known?.models ?? []).some(isTold);
}

/** The workspace's time is of when a deployment began, an event's of when it ended: one may have ended in between. */
function laterThan(known: Deployment | null, at: string): string {
  if (known === null || known.since < at) return at;
  return new Date(Date.parse(known.since) + 1).toISOString();
}

/** A file that is there, where it is data of the model. */
export function factsOfFile(
  file: UploadedFile,
  uploadedAt: string | null,
  pinned: PinnedModel,
): readonly Fact[] {
  const { model, data } = pinned.config;
  if (!listensToData(pinned.config) || file.bytes === 0 || dataFileName(data, file.path) === null) return [];
  return [{ type: 'signal', signal: dataSignal(model, file, { source, observedAt: uploadedAt }), pinned }];
}

function eventOf(type: string, about: string, time: string | null, data: Readonly<Record<string, unknown>>) {
  return { id: `${source}:${about}`, type: `${prefix}${type}`, subject: about, time, data };
}

function fromHere(fact: Fact): Fact {
  return fact.type === 'signal' ? { ...fact, signal: { ...fact.signal, source } } : fact;
}
