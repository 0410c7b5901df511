/**
 * Gathers what ledger, registry and storage know of one version, by keys: no list is gone through.
 *
 * Owns: which questions are asked. Does not own: what is made of the answers (assemble-lineage.ts).
 *
 * Invariant: it answers whole or fails. What is not there is told as not known; a service that is away is an error.
 */
import type { Blobs } from '../azure/blobs.ts';
import type { ComponentRegistry } from '../azure/component-registry.ts';
import type { ModelRegistry, RegisteredVersion } from '../azure/model-registry.ts';
import { gateReportPath, manifestLimitBytes, manifestPath, modelFilePath } from '../azure/run-files.ts';
import { isOfRegistry } from '../domain/asset-id.ts';
import { runOfGlass } from '../domain/broken-glass.ts';
import type { DataManifest } from '../domain/data-manifest.ts';
import type { GateReport } from '../domain/gate-report.ts';
import { chosenTag, runTag, trainingRunOf } from '../domain/lineage.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { componentsIn, type KnownComponents } from './describe-model-file.ts';

const reportLimitBytes = 16 * 1024 * 1024;
const modelFileLimitBytes = 1024 * 1024;
/** A run answers few signals; one that has waited out a storm may answer hundreds. */
const signalsAtMost = 100;
const releasesAtMost = 100;
const operationsAtMost = 200;
/** Two pipelines of thirty steps; more a model file has not. */
const componentsAtMost = 60;

interface LineageSources {
  readonly ledger: Ledger;
  readonly registry: Pick<ModelRegistry, 'find'>;
  readonly blobs: Pick<Blobs, 'readText'>;
  readonly components: Pick<ComponentRegistry, 'findReadable'>;
}

/** What was found. Null: it is not there. */
export interface LineageFacts {
  readonly registered: RegisteredVersion | null;
  /** The run that the tags name, which may be none, or another version's. */
  readonly tagged: Run | null;
  /** The run of whoever registered it by hand, or of its first release. */
  readonly other: Run | null;
  readonly trainedBy: Run | null;
  /** The runs that have chosen it again as a past champion, as ledger and releases say it; the latest first. */
  readonly chosenBy: readonly string[];
  readonly signals: readonly {
    readonly id: string;
    readonly decision: Awaited<ReturnType<Ledger['getDecision']>>;
  }[];
  readonly signalsLeftOut: number;
  /** Of the run, and of the run that trained it. */
  readonly manifest: DataManifest | null;
  readonly trainingManifest: DataManifest | null;
  readonly modelFile: unknown;
  /** The published components that it names; absent where it names none. */
  readonly components?: KnownComponents;
  readonly gateReport: GateReport | null;
  readonly operations: readonly Operation[];
  readonly releases: readonly ReleaseRow[];
}

export async function readLineage(
  { ledger, registry, blobs, components }: LineageSources,
  model: string,
  version: string,
): Promise<LineageFacts> {
  const [registered, listed] = await Promise.all([
    registry.find(model, version),
    ledger.listReleasesOf({ model, version, limit: releasesAtMost }),
  ]);
  // A drill lets its version nowhere.
  const releases = listed.filter(({ isDrill }) => !isDrill);
  const tag = registered?.tags[runTag];
  const tagged = tag === undefined ? null : await ledger.getRun(tag);
  const other = tagged ? null : await findOther(ledger, model, version, releases);
  const run = tagged ?? other;
  const runId = run?.runId ?? null;
  const trainer = trainerOf(registered, run, releases);
  const [trainedBy, chosenBy, gateReport, manifest, trainingManifest, modelFile, operations] =
    await Promise.all([
      trainer === null || trainer === runId ? null : ledger.getRun(trainer),
      findChoices(ledger, version, registered, releases),
      read<GateReport>(blobs, runId, gateReportPath, reportLimitBytes),
      read<DataManifest>(blobs, runId, manifestPath, manifestLimitBytes),
      trainer === runId ? null : read<DataManifest>(blobs, trainer, manifestPath, manifestLimitBytes),
      read<unknown>(blobs, runId, modelFilePath, modelFileLimitBytes),
      readOperations(ledger, model, runId, releases),
    ]);
  const named = componentsIn(modelFile);
  const ids = run?.signals ?? [];
  const signals = await Promise.all(
    ids.slice(0, signalsAtMost).map(async (id) => ({ id, decision: await ledger.getDecision(model, id) })),
  );
  return {
    ...{
      registered,
      tagged,
      other,
      trainedBy,
      chosenBy,
      signals,
      signalsLeftOut: ids.length - signals.length,
    },
    ...{ manifest, trainingManifest: trainer === runId ? manifest : trainingManifest },
    ...{ modelFile, gateReport, operations, releases },
    ...(named.length > 0 && { components: await readComponents(components, named) }),
  };
}

/** What the workspace refuses to say, and what lies in a registry, is not known. */
async function readComponents(
  components: LineageSources['components'],
  named: readonly string[],
): Promise<KnownComponents> {
  const found: Record<string, Awaited<ReturnType<typeof components.findReadable>>> = {};
  for (const component of named.slice(0, componentsAtMost))
    found[component] = isOfRegistry(component) ? null : await components.findReadable(component);
  return found;
}

/** A tag counts as far as the ledger says the same. */
async function findChoices(
  ledger: Ledger,
  version: string,
  registered: RegisteredVersion | null,
  releases: readonly ReleaseRow[],
): Promise<readonly string[]> {
  const released = releases.flatMap(({ model: { chosenBy } }) => chosenBy ?? []);
  const tag = registered?.tags[chosenTag];
  const run = tag === undefined || released.includes(tag) ? null : await ledger.getRun(tag);
  const isChosen = run?.challenger?.chosenBy === tag && run?.challenger?.version === version;
  return [...new Set([...(run && isChosen ? [run.runId] : []), ...released])];
}

/** A version that was registered by hand is a signal of its own; one that is gone may have had releases. */
async function findOther(
  ledger: Ledger,
  model: string,
  version: string,
  releases: readonly ReleaseRow[],
): Promise<Run | null> {
  const decision = await ledger.getDecision(model, `registry:${model}:${version}`);
  const runIds = [
    ...(decision?.runId ? [runOfGlass(decision.runId)] : []),
    ...releases.map((each) => each.runId),
  ];
  for (const runId of new Set(runIds)) {
    const run = await ledger.getRun(runId);
    if (run && (run.registeredVersion ?? run.challenger?.version) === version) return run;
  }
  return null;
}

/** By where its files lie; null: no run of ours wrote them. */
function trainerOf(
  registered: RegisteredVersion | null,
  run: Run | null,
  releases: readonly ReleaseRow[],
): string | null {
  const uri = registered?.modelUri ?? run?.challenger?.modelUri ?? releases[0]?.model.modelUri;
  return uri === undefined ? null : trainingRunOf(uri);
}

/** A blob that is no JSON was not written by us: it is not there. */
async function read<T>(
  blobs: Pick<Blobs, 'readText'>,
  runId: string | null,
  pathOf: (runId: string) => string,
  limitBytes: number,
): Promise<T | null> {
  const text = runId === null ? null : await blobs.readText(pathOf(runId), limitBytes);
  if (text === null) return null;
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

async function readOperations(
  ledger: Ledger,
  model: string,
  runId: string | null,
  releases: readonly ReleaseRow[],
): Promise<readonly Operation[]> {
  const subjects = [...(runId === null ? [] : [runId]), ...releases.map(({ releaseId }) => releaseId)];
  const found = await Promise.all(
    subjects.map((subject) => ledger.listOperationsAbout({ model, subject, limit: operationsAtMost })),
  );
  return found.flat().sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}
