/**
 * Keeps the tag `ratchetStatus` of versions true.
 *
 * Invariants
 * 1. What it says is read from the ledger and the target when it is written: a late repetition writes what holds then.
 * 2. It is a copy for people: what cannot be written is logged, stops nothing, and is written by the next look.
 */
import * as df from 'durable-functions';
import { statusTag, writeTag } from '../../shared/azure/version-tags.ts';
import { targetEntity, targetKey } from '../../shared/domain/durable-names.ts';
import type { VersionStatus } from '../../shared/domain/version-status.ts';
import type { TargetState } from '../../shared/release/transitions/state.ts';
import { findStatuses } from '../../shared/release/transitions/version-status.ts';
import { wiring } from '../../shared/wiring.ts';

/** Whose registry entries are looked at: older ones do not change by themselves. */
const versionsAtMost = 100;

/** The kind of target there is. */
const targetOf = (endpoint: string): df.EntityId => new df.EntityId(targetEntity, targetKey({ endpoint }));

/** One version, at once. Never throws: answers what went wrong. */
export async function markVersion(
  client: df.DurableClient,
  { name, version, endpoint }: { readonly name: string; readonly version: string; readonly endpoint: string },
): Promise<string | null> {
  try {
    const { entityState } = await client.readEntityState<TargetState>(targetOf(endpoint));
    const status = (await readStatuses(name, entityState)).get(version);
    if (status) await write(name, version, status);
    return null;
  } catch (error) {
    return `marking version ${version} of model ${name}: ${(error as Error).message}`;
  }
}

/** Every version whose tag is not what it should be. */
export async function markVersions(model: string, state: TargetState | undefined): Promise<void> {
  const statuses = await readStatuses(model, state);
  if (statuses.size === 0) return;
  const { models } = await wiring.workspace();
  for (const { version, tags } of await models.latest(model, versionsAtMost)) {
    const status = statuses.get(version);
    if (status && tags[statusTag] !== status) await write(model, version, status);
  }
}

async function readStatuses(
  model: string,
  state: TargetState | undefined,
): Promise<ReadonlyMap<string, VersionStatus>> {
  const { items } = await (await wiring.ledger()).listReleases({ model, limit: versionsAtMost });
  return findStatuses(items, state);
}

async function write(name: string, version: string, status: VersionStatus): Promise<void> {
  const [resources, { workspace }] = await Promise.all([wiring.resources(), wiring.settings()]);
  await writeTag(resources, workspace.id, { name, version, tag: statusTag, value: status });
}
