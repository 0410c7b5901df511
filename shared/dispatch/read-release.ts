import * as df from 'durable-functions';
import { targetEntity, targetKey } from '../domain/durable-names.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import { RatchetError } from '../errors.ts';
import { describeRelease } from '../release/transitions/describe-release.ts';
import type { TargetState } from '../release/transitions/state.ts';
import { wiring } from '../wiring.ts';

interface ReleaseNow {
  readonly row: ReleaseRow;
  /** What its target's entity knows; null: the release is over, or the entity has no state. */
  readonly state: TargetState | null;
}

/** One release: as it stands now while it is under way, as the ledger has it once it is over. Throws `not-found`. */
export async function readReleaseNow(
  client: Pick<df.DurableClient, 'readEntityState'>,
  releaseId: string,
): Promise<ReleaseNow> {
  const row = await (await wiring.ledger()).getRelease(releaseId);
  if (!row) {
    throw new RatchetError(
      'not-found',
      `no release ${JSON.stringify(releaseId)} in the ledger; GET /api/releases lists them`,
      { subject: { release: releaseId } },
    );
  }
  if (row.endedAt !== null) return { row, state: null };
  const target = targetKey(row);
  const { entityState } = await client.readEntityState<TargetState>(new df.EntityId(targetEntity, target));
  const state = entityState ?? null;
  const now = new Date().toISOString();
  return { row: (state && describeRelease(state, releaseId, now)) ?? row, state };
}
