/** Which past champions a run is to score: what ledger, target and registry know of them. */
import * as df from 'durable-functions';
import type { RegisteredVersion } from '../../shared/azure/model-registry.ts';
import { readEmbargoes } from '../../shared/dispatch/tell-embargoes.ts';
import { targetEntity, targetKey } from '../../shared/domain/durable-names.ts';
import type { ModelVersion } from '../../shared/domain/run.ts';
import { listPastChampions } from '../../shared/release/transitions/past-champions.ts';
import type { TargetState } from '../../shared/release/transitions/state.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

/** So many of the latest runs and releases are looked through. */
const looksBack = { runs: 500, releases: 1_000 } as const;
/** So many versions are asked the registry for. */
const askedAtMost = 50;
/** So many that are not eligible are told. */
const toldAtMost = 10;

defineStep(
  'find-past-champions',
  async ({ pinned, champion, atMost, now }, context) => {
    const { model, release } = pinned.config;
    const [ledger, { models }] = await Promise.all([wiring.ledger(), wiring.workspace()]);
    const [runs, releases, state] = await Promise.all([
      ledger.listRuns({ model, limit: looksBack.runs }),
      ledger.listReleases({ model, limit: looksBack.releases }),
      release.target ? readTarget(df.getClient(context), targetKey(release.target)) : undefined,
    ]);
    const embargoes = await readEmbargoes(ledger, pinned, state, now);
    const known = { model, champion, runs: runs.items, releases: releases.items, state, embargoes };
    const candidates: { model: ModelVersion; digest: string | null }[] = [];
    const passedOver: { version: string; why: string }[] = [];
    for (const { version, digest, why } of listPastChampions(known).slice(0, askedAtMost)) {
      if (candidates.length === atMost) break;
      const registered = why === null ? await models.find(model, version) : null;
      const because = why ?? findAbsence(registered);
      if (because !== null) passedOver.push({ version, why: because });
      else candidates.push({ model: versionOf(registered!), digest });
    }
    return { candidates, passedOver: passedOver.slice(0, toldAtMost) };
  },
  { extraInputs: [df.input.durableClient()] },
);

async function readTarget(client: df.DurableClient, key: string): Promise<TargetState | undefined> {
  return (await client.readEntityState<TargetState>(new df.EntityId(targetEntity, key))).entityState;
}

function findAbsence(registered: RegisteredVersion | null): string | null {
  if (!registered) return 'it is not in the registry any more';
  return registered.isArchived ? 'it is archived in the registry' : null;
}

function versionOf({ name, version, modelUri, runId }: RegisteredVersion): ModelVersion {
  return { name, version, modelUri, ...(runId !== undefined && { runId }) };
}
