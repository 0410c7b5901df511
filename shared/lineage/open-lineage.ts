/**
 * A version's lineage as OpenLineage events (https://openlineage.io, specification 2-0-2). Pure.
 *
 * Owns: which runs, jobs and datasets there are, and their names. Does not own: where the events are sent to.
 *
 * Invariants
 * 1. Each event is valid by the specification, and each facet names its producer and schema. Only facets of the
 *    specification are used.
 * 2. The same lineage gives the same events: ids of runs are made from Ratchet's, times are the ledger's.
 * 3. A run that is over has a START and one of COMPLETE, FAIL and ABORT; one that is not has no end.
 *
 * A version that no run made has no run to tell of: it is one DatasetEvent, which the specification has for what is known
 * of a dataset outside of a run.
 */
import type { FinalState, ReleaseRow } from '../domain/release-state.ts';
import type { Run, RunOutcome } from '../domain/run.ts';
import type { DataFacts, VersionLineage } from '../domain/version-lineage.ts';
import { uuidOf } from './uuid.ts';

const producer = 'urn:ratchet:lineage:1';
const base = 'https://openlineage.io/spec';

interface OpenLineageEvent {
  readonly eventTime: string;
  readonly producer: string;
  readonly schemaURL: string;
  readonly eventType?: 'START' | 'COMPLETE' | 'FAIL' | 'ABORT';
  readonly run?: { readonly runId: string; readonly facets: Facets };
  readonly job?: { readonly namespace: string; readonly name: string; readonly facets: Facets };
  readonly inputs?: readonly Dataset[];
  readonly outputs?: readonly Dataset[];
  readonly dataset?: Dataset;
}

type Facets = Readonly<Record<string, object>>;

interface Dataset {
  readonly namespace: string;
  readonly name: string;
  readonly facets: Facets;
}

export function toOpenLineage(lineage: VersionLineage): readonly OpenLineageEvent[] {
  const { run, releases, registered } = lineage;
  const events = [
    ...(run ? eventsOfRun(lineage, run) : []),
    ...releases.flatMap((each) => eventsOfRelease(lineage, each)),
  ];
  if (events.length === 0)
    events.push({
      ...common('DatasetEvent', registered?.createdAt ?? '1970-01-01T00:00:00.000Z'),
      dataset: versionDataset(lineage, lineage.version),
    });
  return events.toSorted((a, b) => (a.eventTime < b.eventTime ? -1 : a.eventTime > b.eventTime ? 1 : 0));
}

const ends: Readonly<Record<RunOutcome, 'COMPLETE' | 'FAIL' | 'ABORT'>> = {
  released: 'COMPLETE',
  candidate: 'COMPLETE',
  unchanged: 'COMPLETE',
  'gate-failed': 'COMPLETE',
  inconclusive: 'COMPLETE',
  'evidence-error': 'FAIL',
  'training-failed': 'FAIL',
  'evaluation-failed': 'FAIL',
  cancelled: 'ABORT',
  lost: 'ABORT',
  failed: 'FAIL',
};

function eventsOfRun(lineage: VersionLineage, run: Run): OpenLineageEvent[] {
  const { model, version, origin, trainedOn, judgedOn, gateReport, replaces } = lineage;
  const made = versionDataset(lineage, version);
  const given = origin === 'hand' ? [made] : [];
  const data = [trainedOn, judgedOn].flatMap((each) => (each ? [dataDataset(lineage, each)] : []));
  const inputs = uniqueBy([
    ...data,
    ...given,
    ...(replaces ? [versionDataset(lineage, replaces.version)] : []),
  ]);
  const outputs = origin === 'hand' ? [] : [made];
  const about = {
    run: {
      runId: uuidOf(run.runId),
      facets: tagFacet({
        ratchetRun: run.runId,
        kind: run.kind,
        signalKind: run.signalKind,
        outcome: run.outcome ?? '',
        verdict: run.verdict ?? '',
        configHash: run.configHash,
        gateReportHash: gateReport?.hash ?? '',
      }),
    },
    job: jobOf(lineage, `${model}.${run.kind}`, 'RUN'),
  };
  const start = {
    ...common('RunEvent', run.startedAt),
    eventType: 'START' as const,
    ...about,
    inputs,
    outputs: [],
  };
  if (run.endedAt === null || run.outcome === null) return [start];
  return [
    start,
    { ...common('RunEvent', run.endedAt), eventType: ends[run.outcome], ...about, inputs, outputs },
  ];
}

const endOf: Readonly<Record<FinalState, 'COMPLETE' | 'FAIL' | 'ABORT'>> = {
  settled: 'COMPLETE',
  'rolled-back': 'FAIL',
  rejected: 'ABORT',
  superseded: 'ABORT',
  drilled: 'COMPLETE',
  failed: 'FAIL',
};

function eventsOfRelease(lineage: VersionLineage, release: ReleaseRow): OpenLineageEvent[] {
  const { releaseId, runId, model, endpoint, state, startedAt, endedAt, digest } = release;
  const { run } = lineage;
  const parent =
    run?.runId === runId
      ? { parent: facet('facets/1-1-0/ParentRunFacet.json#/$defs/ParentRunFacet', parentOf(lineage, run)) }
      : {};
  const about = {
    run: {
      runId: uuidOf(releaseId),
      facets: { ...tagFacet({ ratchetRelease: releaseId, state, digest: digest ?? '' }), ...parent },
    },
    job: jobOf(lineage, `${model.name}.release`, 'RELEASE'),
  };
  const inputs = [versionDataset(lineage, model.version)];
  const served: Dataset = { namespace: lineage.workspace, name: `onlineEndpoints/${endpoint}`, facets: {} };
  const start = {
    ...common('RunEvent', startedAt),
    eventType: 'START' as const,
    ...about,
    inputs,
    outputs: [],
  };
  if (endedAt === null) return [start];
  const eventType = endOf[state as FinalState];
  const outputs = eventType === 'COMPLETE' ? [served] : [];
  return [start, { ...common('RunEvent', endedAt), eventType, ...about, inputs, outputs }];
}

function parentOf({ workspace, model }: VersionLineage, run: Run): object {
  return { run: { runId: uuidOf(run.runId) }, job: { namespace: workspace, name: `${model}.${run.kind}` } };
}

function jobOf({ workspace }: VersionLineage, name: string, jobType: string) {
  const type = { processingType: 'BATCH', integration: 'RATCHET', jobType };
  return {
    namespace: workspace,
    name,
    facets: { jobType: facet('facets/2-0-3/JobTypeJobFacet.json#/$defs/JobTypeJobFacet', type) },
  };
}

function versionDataset({ workspace, model }: VersionLineage, version: string): Dataset {
  return { namespace: workspace, name: `models/${model}`, facets: versionFacet(version) };
}

/** The data of a run are one dataset: the manifest lists its files, and the version is the hash of the manifest. */
function dataDataset({ workspace, model }: VersionLineage, { hash }: DataFacts): Dataset {
  return { namespace: workspace, name: `data/${model}`, facets: versionFacet(hash) };
}

const versionFacet = (datasetVersion: string): Facets => ({
  version: facet('facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/DatasetVersionDatasetFacet', {
    datasetVersion,
  }),
});

function tagFacet(values: Readonly<Record<string, string>>): Facets {
  const known = Object.entries(values).filter(([, value]) => value !== '');
  const tags = known.map(([key, value]) => ({ key, value, source: 'RATCHET' }));
  return { tags: facet('facets/1-0-0/TagsRunFacet.json#/$defs/TagsRunFacet', { tags }) };
}

const facet = (schema: string, fields: object): object => ({
  _producer: producer,
  _schemaURL: `${base}/${schema}`,
  ...fields,
});

const common = (kind: 'RunEvent' | 'DatasetEvent', eventTime: string) => ({
  eventTime,
  producer,
  schemaURL: `${base}/2-0-2/OpenLineage.json#/$defs/${kind}`,
});

function uniqueBy(datasets: readonly Dataset[]): Dataset[] {
  return [...new Map(datasets.map((each) => [JSON.stringify(each), each])).values()];
}
