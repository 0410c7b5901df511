/** Which past champions a run is to score: what ledger, target and registry know of them. */
import * as df from 'durable-functions';
import type { RegisteredVersion } from '../../shared/azure/model-registry.ts';
import { manifestLimitBytes, manifestPath } from '../../shared/azure/run-files.ts';
import { readEmbargoes } from '../../shared/dispatch/tell-embargoes.ts';
import type { DataManifest } from '../../shared/domain/data-manifest.ts';
import type { ModelVersion, Run } from '../../shared/domain/run.ts';
import { listPastChampions } from '../../shared/release/transitions/past-champions.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { readTarget } from './read-target.ts';

/** So many of the latest runs and releases are looked through. */
const looksBack = { runs: 500, releases: 1_000 } as const;
/** So many versions are asked the registry for. */
const askedAtMost = 50;
/** So many that are not eligible are told. */
const toldAtMost = 10;

defineStep(
  'find-past-champions',
  async ({ runId, pinned, champion, atMost, now }, context) => {
    const { model, release } = pinned.config;
    const [ledger, { models }] = await Promise.all([wiring.ledger(), wiring.workspace()]);
    const [runs, releases, state, holdout] = await Promise.all([
      ledger.listRuns({ model, limit: looksBack.runs }),
      ledger.listReleases({ model, limit: looksBack.releases }),
      readTarget(context, release),
      readHoldout(runId),
    ]);
    const embargoes = await readEmbargoes(ledger, pinned, state, now);
    const known = { model, champion, runs: runs.items, releases: releases.items, state, embargoes };
    const candidates: { model: ModelVersion; digest: string | null }[] = [];
    const passedOver: { version: string; why: string }[] = [];
    for (const past of listPastChampions(known).slice(0, askedAtMost)) {
      if (candidates.length === atMost) break;
      const { version, digest } = past;
      const registered = past.why === null ? await models.find(model, version) : null;
      const why = past.why ?? findAbsence(registered) ?? (await findSeen(registered!, runs.items, holdout));
      if (why !== null) passedOver.push({ version, why });
      else candidates.push({ model: versionOf(registered!), digest });
    }
    return { candidates, passedOver: passedOver.slice(0, toldAtMost) };
  },
  { extraInputs: [df.input.durableClient()] },
);

/** The partitions that a run judges on; null: nobody knows any more. */
async function readHoldout(runId: string): Promise<ReadonlySet<string> | null> {
  const text = await (await wiring.blobs()).readText(manifestPath(runId), manifestLimitBytes);
  return text === null ? null : new Set((JSON.parse(text) as DataManifest).evaluate.map(({ name }) => name));
}

function findAbsence(registered: RegisteredVersion | null): string | null {
  if (!registered) return 'it is not in the registry any more';
  return registered.isArchived ? 'it is archived in the registry' : null;
}

/** Whether it was let by the very rows that it would be judged on: it looks better in them than it is. */
async function findSeen(
  { version, runId }: RegisteredVersion,
  runs: readonly Run[],
  holdout: ReadonlySet<string> | null,
): Promise<string | null> {
  const judging = runs.filter((run) => run.registeredVersion === version).map((run) => run.runId);
  for (const run of new Set([...judging, ...(runId === undefined ? [] : [runId])])) {
    const seen = await readHoldout(run);
    if (seen === null) return `it is not known any more which rows run ${run} let it by`;
    const shared = [...seen].find((name) => holdout?.has(name));
    if (shared !== undefined) return `run ${run} let it by rows of ${shared}, which it would be judged on`;
  }
  return null;
}

function versionOf({ name, version, modelUri, runId }: RegisteredVersion): ModelVersion {
  return { name, version, modelUri, ...(runId !== undefined && { runId }) };
}
