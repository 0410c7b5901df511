/**
 * May a version enter a stage? The one question of whoever else deploys: a pipeline, an operator, another controller. Pure.
 *
 * Owns: the answer from what the ledger has of the version's releases. Does not own: asking it over HTTP.
 *
 * Invariant: what is not known to be let is not let. Nobody is answered `yes` by a release that does not exist, goes back,
 * or has not come as far. A version under embargo is let nowhere.
 */
import { hashJson } from '../../config/pin.ts';
import type { StageConfig } from '../../config/stage-schema.ts';
import type { Embargo } from '../../domain/embargo.ts';
import type { LookResult } from '../../domain/look-result.ts';
import type { ReleaseRow } from '../../domain/release-state.ts';

interface Verdict {
  /** `wait`: ask again, its release goes on. */
  readonly usable: 'yes' | 'no' | 'wait';
  /** For a person. */
  readonly reason: string;
}

/** What an answer rests on. Plain JSON. */
interface Evidence {
  /** The latest release of the version; null: there is none. */
  readonly release:
    | (Pick<ReleaseRow, 'releaseId' | 'runId' | 'state' | 'stage' | 'step' | 'digest' | 'writtenAt'> & {
        /** When its checks were last looked at, and what was found; null: they were not. */
        readonly lastLook: Pick<LookResult, 'at' | 'verdict'> | null;
        /** SHA-256 of what each approval is of. */
        readonly approvals: readonly string[];
      })
    | null;
  readonly embargo: Pick<Embargo, 'why' | 'since'> | null;
  /** The version that was settled after this one; null: none was. */
  readonly supersededBy: string | null;
}

export interface Usable extends Verdict, Evidence {
  /** SHA-256 (hex) over the JSON of `embargo`, `release` and `supersededBy`, keys sorted, without spaces. */
  readonly evidenceHash: string;
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
  const { version, releases, embargoes } = question;
  const row = releases.find((each) => each.model.version === version && !each.isDrill);
  const embargo = embargoes.find((each) => each.version === version);
  const later = row?.state === 'settled' ? findSuccessor(row, releases) : undefined;
  const evidence: Evidence = {
    release: row ? describe(row) : null,
    embargo: embargo ? { why: embargo.why, since: embargo.since } : null,
    supersededBy: later?.model.version ?? null,
  };
  const verdict = row ? judge(question, row, embargo, later) : unreleased(question);
  return { ...verdict, ...evidence, evidenceHash: hashJson(evidence) };
}

function unreleased({ model, version }: UsableQuestion): Verdict {
  const reason = `There is no release of version ${version} of ${model}: nothing has let it go anywhere.`;
  return { usable: 'no', reason };
}

function judge(
  { version, stage, stages }: UsableQuestion,
  row: ReleaseRow,
  embargo: Embargo | undefined,
  later: ReleaseRow | undefined,
): Verdict {
  const { state, endedAt, sentence } = row;
  const answer = (usable: Verdict['usable'], reason: string): Verdict => ({ usable, reason });
  if (embargo) return answer('no', `Under embargo: ${embargo.sentence}.`);
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

function describe(row: ReleaseRow): NonNullable<Evidence['release']> {
  const { releaseId, runId, state, stage, step, digest, writtenAt, lastLook, approvals } = row;
  return {
    ...{ releaseId, runId, state, stage, step, digest, writtenAt },
    lastLook: lastLook && { at: lastLook.at, verdict: lastLook.verdict },
    approvals: approvals.map(({ binding }) => binding),
  };
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
