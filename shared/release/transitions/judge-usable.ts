/**
 * May a version enter a stage? The one question of whoever else deploys: a pipeline, an operator, another controller. Pure.
 *
 * Owns: the answer from what the ledger has of the version's releases. Does not own: asking it over HTTP.
 *
 * Invariant: what is not known to be let is not let. Nobody is answered `yes` by a release that does not exist, goes back,
 * or has not come as far. A version under embargo is let nowhere.
 */
import type { StageConfig } from '../../config/stage-schema.ts';
import type { Embargo } from '../../domain/embargo.ts';
import type { ReleaseRow } from '../../domain/release-state.ts';

interface Usable {
  /** `wait`: ask again, its release goes on. */
  readonly usable: 'yes' | 'no' | 'wait';
  readonly reason: string;
  /** What the answer rests on; null where there is no release. */
  readonly release: Pick<ReleaseRow, 'releaseId' | 'runId' | 'state' | 'digest' | 'writtenAt'> | null;
}

interface UsableQuestion {
  readonly model: string;
  readonly version: string;
  /** Null: whether it may serve everybody. */
  readonly stage: string | null;
  /** Of the model file. */
  readonly stages: readonly StageConfig[];
  /** Releases of the model, newest first. */
  readonly releases: readonly ReleaseRow[];
  /** Versions that are let nowhere. */
  readonly embargoes: readonly Embargo[];
}

/** Whether there is such a stage is for the caller to say. */
export function judgeUsable(question: UsableQuestion): Usable {
  const { model, version, stage, stages, releases, embargoes } = question;
  const row = releases.find((each) => each.model.version === version);
  if (!row) {
    const reason = `There is no release of version ${version} of ${model}: nothing has let it go anywhere.`;
    return { usable: 'no', reason, release: null };
  }
  const { releaseId, runId, state, digest, writtenAt } = row;
  const answer = (usable: Usable['usable'], reason: string): Usable => ({
    ...{ usable, reason },
    release: { releaseId, runId, state, digest, writtenAt },
  });
  const { endedAt, sentence } = row;
  const embargo = embargoes.find((each) => each.version === version);
  if (embargo) return answer('no', `Under embargo: ${embargo.sentence}.`);
  const later = state === 'settled' ? findSuccessor(row, releases) : undefined;
  if (later) {
    const reason = `Version ${version} was superseded by version ${later.model.version}, which was settled at ${later.endedAt}.`;
    return answer('no', reason);
  }
  if (state === 'settled') return answer('yes', `Version ${version} is settled: ${sentence}`);
  if (endedAt !== null || state === 'rolling-back')
    return answer('no', `Its release is ${state}: ${sentence}`);
  const asked = stage === null ? findProduction(stages) : indexOf(stages, stage);
  const reached = row.stage === null ? stages.length : indexOf(stages, row.stage);
  const name = stages[asked]?.stage ?? stage;
  if (state === 'asking') return answer('wait', `Its release asks a person: ${sentence}`);
  if (state === 'queued' || state === 'deploying' || reached < asked)
    return answer('wait', `Its release has not come to stage ${name}, but is ${state}: ${sentence}`);
  return answer('yes', `Its release has come to stage ${name}, and is ${state}: ${sentence}`);
}

/** The version that was settled last is the one that serves; others are for `ratchet roll-back`, which deploys them itself. */
function findSuccessor(row: ReleaseRow, releases: readonly ReleaseRow[]): ReleaseRow | undefined {
  return releases.find(
    ({ state, model, endedAt }) =>
      state === 'settled' && model.version !== row.model.version && (endedAt ?? '') > (row.endedAt ?? ''),
  );
}

const indexOf = (stages: readonly StageConfig[], name: string): number =>
  stages.findIndex(({ stage }) => stage === name);

const findProduction = (stages: readonly StageConfig[]): number =>
  stages.findIndex(({ kind }) => kind === 'production');
