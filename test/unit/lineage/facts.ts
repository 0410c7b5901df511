import { hashJson } from '../../../shared/config/pin.ts';
import type { GateReport } from '../../../shared/domain/gate-report.ts';
import type { Operation } from '../../../shared/domain/operation.ts';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import type { Run } from '../../../shared/domain/run.ts';
import type { LineageFacts } from '../../../shared/lineage/read-lineage.ts';
import { decision, run } from '../../fixtures/ledger.ts';

export const runId = 'spam-filter-20020902-1f2e3d4c';
export const subject = { model: 'spam-filter', version: '7', workspace: '/subscriptions/s/workspaces/w' };

const config = {
  description: 'Marks mail as spam.',
  task: 'binary',
  training: {
    command: 'node train.ts',
    code: 'azureml:spam:2',
    environment: 'azureml:node:24',
    compute: 'cpu',
  },
};

export const manifest = {
  runId,
  model: 'spam-filter',
  train: [
    { name: '2002-08.csv', etag: '0x1', bytes: 10 },
    { name: '2002-09.csv', etag: '0x2', bytes: 20 },
  ],
  evaluate: [{ name: '2002-09.csv', etag: '0x2', bytes: 20 }],
  holdoutShare: 0.3,
};

export const gateReport = {
  schemaVersion: 3,
  runId,
  verdict: 'passed',
  sentence: 'accuracy 0.961 >= 0.930 (n=412).',
  gates: [
    {
      ...{
        gate: 'accuracy-floor',
        kind: 'bound',
        metric: 'accuracy',
        severity: 'block',
        rule: 'at least 0.9',
      },
      ...{
        verdict: 'passed',
        sentence: 'accuracy 0.961 >= 0.930',
        challenger: 0.961,
        champion: 0.94,
        interval: null,
        n: 412,
      },
    },
  ],
  rows: 412,
  dependence: null,
  holdout: null,
  evidence: 'predictions',
  notes: [],
} as unknown as GateReport;

const modelUri = `azureml://datastores/workspaceblobstore/paths/runs/${runId}/model/`;

export const ended: Run = run({
  phase: 'settled',
  outcome: 'candidate',
  sentence: 'Passed.',
  endedAt: '2002-09-02T01:00:00.000Z',
  champion: {
    name: 'spam-filter',
    version: '6',
    modelUri: 'azureml://x',
    runId: 'spam-filter-20020801-0a0b0c0d',
  },
  challenger: { name: 'spam-filter', version: '7', modelUri, runId },
  registeredVersion: '7',
  verdict: 'passed',
  configHash: hashJson(config),
});

const tags = {
  ratchetRun: runId,
  ratchetSignals: `1 signals, sha256 ${hashJson(ended.signals)}`,
  ratchetConfigHash: ended.configHash,
  ratchetGateReportHash: hashJson(gateReport),
  ratchetDataHash: hashJson(manifest),
  ratchetParentVersion: '6',
};

export function releaseRow(more: Partial<ReleaseRow> = {}): ReleaseRow {
  return {
    releaseId: `${runId}-release`,
    runId,
    model: ended.challenger!,
    endpoint: 'front',
    state: 'settled',
    since: '2002-09-03T00:00:00.000Z',
    startedAt: '2002-09-02T01:00:00.000Z',
    sentence: 'Settled.',
    stage: null,
    step: null,
    isChampion: true,
    asks: null,
    lastLook: null,
    approvals: [],
    digest: 'd'.repeat(64),
    binding: null,
    approval: null,
    writtenAt: '2002-09-03T00:00:00.000Z',
    endedAt: '2002-09-03T00:00:00.000Z',
    trail: [],
    ...more,
  };
}

export const approved: Operation = {
  id: 'op-1',
  model: 'spam-filter',
  action: { action: 'approve-release', releaseId: `${runId}-release`, binding: 'b'.repeat(64), teams: [] },
  by: 'ada',
  actor: { kind: 'person', name: 'ada', id: 'a-1' },
  reason: 'it looks right',
  at: '2002-09-02T02:00:00.000Z',
  done: true,
  sentence: 'Approved by ada.',
};

/** What is found of a version that a run made, with what a test wants to be different. */
export function facts(more: Partial<LineageFacts> = {}): LineageFacts {
  return {
    registered: {
      name: 'spam-filter',
      version: '7',
      modelUri,
      tags,
      runId,
      createdAt: '2002-09-02T00:59:00.000Z',
    },
    tagged: ended,
    other: null,
    trainedBy: null,
    chosenBy: [],
    signals: [{ id: 'metric:1', decision: decision() }],
    signalsLeftOut: 0,
    manifest,
    trainingManifest: manifest,
    modelFile: config,
    gateReport,
    operations: [approved],
    releases: [releaseRow()],
    ...more,
  };
}

/** Of a version that somebody has registered by hand. */
export function byHand(more: Partial<LineageFacts> = {}): LineageFacts {
  const registered = { name: 'spam-filter', version: '7', modelUri: 'azureml://models', tags: {} };
  const none = { manifest: null, trainingManifest: null, modelFile: null, gateReport: null };
  return facts({ registered, tagged: null, signals: [], operations: [], releases: [], ...none, ...more });
}
