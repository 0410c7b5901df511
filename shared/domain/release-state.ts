/**
 * What a release can be doing, and what is seen of the target that serves. Plain JSON.
 *
 * Owns: the closed list of states, the shape of what is told. Does not own: what is kept, transitions (shared/release).
 */
import type { LookResult, TrialResult } from './look-result.ts';
import type { Names } from './name-people.ts';
import type { NoticeAddress } from './notice.ts';
import type { ModelVersion } from './run.ts';
import type { VersionStatus } from './version-status.ts';
import type { Word } from './word.ts';

/** What a release is doing. Closed; docs/releases.md draws it. */
export const releaseStates = [
  'queued', // another release holds the target
  'deploying', // the version is brought to the target, and gets no traffic
  'notifying', // a channel is told
  'in-pipeline', // something outside was started, and is waited for
  'waiting-for-approval',
  'shadow', // the version is sent copies of requests
  'canary', // the version answers a share of the requests
  'promoting', // every request is being given to the version
  'serving', // the version answers every request and is watched; the one before is kept ready
  'probation', // it serves as before, and is judged by labelled rows of production
  'asking', // somebody else changed the target, or nobody can say: a person is asked
  'rolling-back',
  // Final:
  'settled', // the version serves, and rollbacks go to it
  'rolled-back', // the version before was seen to answer
  'rejected', // people did not approve, and the target is as it was
  'superseded', // a newer version took its place before it served everybody
  'drilled', // a drill: the version to go back to has answered beside the one that serves, and is gone again
  'failed', // the version could not be deployed, or did not answer, and the target is as it was
] as const;
export type ReleaseState = (typeof releaseStates)[number];
export type FinalState = Extract<
  ReleaseState,
  'settled' | 'rolled-back' | 'rejected' | 'superseded' | 'drilled' | 'failed'
>;

/** Percent of the requests, by the name of the deployment; deployments without any are left out. */
export type Traffic = Readonly<Record<string, number>>;

/** What is asked of a target, or seen at it. */
export interface Split {
  readonly traffic: Traffic;
  /** Percent of the requests that are copied, by deployment. */
  readonly mirror: Traffic;
}

/** What a target serves, as it was read. */
export interface Observed extends Split {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Whether a change of the target is under way: what was read may be about to change. */
  readonly isUpdating: boolean;
  /**
   * Why the split that was read may not be what is served: the last change of it has failed, and the service may still
   * tell what was asked. Absent: it is what is served.
   */
  readonly doubt?: string;
  readonly deployments: readonly ObservedDeployment[];
}

export interface ObservedDeployment {
  readonly deployment: string;
  /** Null where it names no version of a model of the workspace. */
  readonly model: { readonly name: string; readonly version: string } | null;
  readonly state: 'ready' | 'changing' | 'failed';
}

/** What somebody else has changed of a target while no release held it. */
export interface Drift {
  readonly sentence: string;
  /** When it was first seen so (ISO 8601, UTC). */
  readonly since: string;
}

/** A version that a release has settled: what rollbacks go to. */
export interface SettledVersion {
  readonly model: ModelVersion;
  readonly deployment: string;
  /** SHA-256 over the version's files, hex; null where it served before there was a release of it. */
  readonly digest: string | null;
  /** Null: it served when the first release came. */
  readonly releaseId: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** How far a probation has come, for a person. */
export interface ProbationRow {
  /** Labelled rows that are asked. */
  readonly needs: number;
  /** Until when they are waited for (ISO 8601, UTC). */
  readonly until: string;
  /** When the next look begins, or the one that goes on began (ISO 8601, UTC). */
  readonly nextAt: string;
  /** The look that goes on: its job; null: none does. */
  readonly job: string | null;
  /** Looks that were judged. */
  readonly looks: number;
  readonly last: TrialResult | null;
}

/** A drill of the way back that is over. */
export interface Drilled {
  readonly releaseId: string;
  readonly version: string;
  readonly hasPassed: boolean;
  readonly sentence: string;
  readonly startedAt: string;
  /** When it was over (ISO 8601, UTC). */
  readonly at: string;
}

/** What an approval is of. Hashes are SHA-256, hex. */
export interface ApprovalSubject {
  readonly model: string;
  readonly version: string;
  /** Over the version's files; null before it was deployed. */
  readonly digest: string | null;
  /** Of the data's manifest, the gate report and the model file. */
  readonly dataHash: string;
  readonly gateReportHash: string;
  readonly configHash: string;
  readonly endpoint: string;
  /** Of `release.target`, and of the stage that asks, as the model file has them. */
  readonly targetHash: string;
  readonly stage: string | null;
  readonly stageHash: string;
}

/** What was to be approved at some time, and its SHA-256 (hex). */
export interface Offered {
  readonly binding: string;
  readonly subject: ApprovalSubject;
}

/** What a stage that waits for people asks of them. */
export interface ApprovalAsked {
  readonly need: number;
  /** Who may, at the time of the answer; null: whoever has the role. */
  readonly by: readonly string[] | null;
  /** People who requested the run and so cannot approve. */
  readonly barred: readonly string[];
  /** Of the object ids in `by` and `barred`, those that a name is known of; absent in rows of before. */
  readonly names?: Names;
  /** ISO 8601, UTC: then `end` happens. */
  readonly until: string;
  /** Absent in rows of before: it is rejected. */
  readonly end?: 'reject' | 'ask';
  /** When more people are told, or may approve (ISO 8601, UTC); null, or absent: never. */
  readonly escalatesAt?: string | null;
  readonly subject: ApprovalSubject;
}

/** One of the people whose approval a stage needs. */
export interface Approval extends Word {
  /** SHA-256 of what was approved, hex. */
  readonly binding: string;
}

type AskReason =
  /** Somebody else changed the target. */
  | 'drifted'
  /** The checks could not say, and the file has a person asked. */
  | 'inconclusive'
  /** Labelled rows could not say in time whether the version does well. */
  | 'unproven'
  /** There is no version to go back to. */
  | 'no-way-back'
  /** A rollback does not get through. */
  | 'stuck'
  /** Too few people have approved in time, and the file has a person asked. */
  | 'not-approved'
  /** The file requires a drill, and the one that was tried has not passed. */
  | 'not-drilled'
  /** What is released is not what was signed. */
  | 'unverified';

export interface Question {
  readonly why: AskReason;
  readonly sentence: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

/** A release that is over. */
export interface EndedRelease {
  readonly releaseId: string;
  readonly digest: string | null;
  readonly runId: string;
  readonly endpoint: string;
  readonly model: ModelVersion;
  readonly state: FinalState;
  readonly sentence: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** The look of its probation that passed; absent: there was none. */
  readonly provenBy?: string;
  /** It was a drill; absent: it was none. */
  readonly isDrill?: true;
  /** Who is told of it; absent: nobody. */
  readonly notices?: readonly NoticeAddress[];
}

/** A state, stage and step that a release was in, as the ledger was told of it. */
export interface TrailStep {
  /** When the ledger was first told (ISO 8601, UTC). */
  readonly at: string;
  readonly state: ReleaseState;
  readonly stage: string | null;
  /** Of a canary: percent. */
  readonly step: number | null;
  readonly asks: AskReason | null;
  /** The last that it said there. */
  readonly sentence: string;
  readonly lastLook: LookResult | null;
}

/** One row of the ledger: a release, as far as it has come. */
export interface ReleaseRow {
  readonly releaseId: string;
  /** The run whose challenger it releases. */
  readonly runId: string;
  readonly model: ModelVersion;
  readonly endpoint: string;
  readonly state: ReleaseState;
  /** Since when it is in this state (ISO 8601, UTC). */
  readonly since: string;
  readonly startedAt: string;
  /** What it does and waits for, or how it ended, for a person. */
  readonly sentence: string;
  readonly stage: string | null;
  /** Of a canary: percent. */
  readonly step: number | null;
  /** Whether its version is the champion, as far as this release has told. */
  readonly isChampion: boolean;
  /** Why a person is asked; null: nobody is. */
  readonly asks: AskReason | null;
  readonly lastLook: LookResult | null;
  readonly approvals: readonly Approval[];
  /** SHA-256 over the version's files, hex; null before it was deployed. */
  readonly digest: string | null;
  /** What an approval now would be of, SHA-256; null once it is over. */
  readonly binding: string | null;
  /** Null, or absent in rows of before: its stage asks no approval. */
  readonly approval?: ApprovalAsked | null;
  /** Where a person looks at what its stage has started outside; null, or absent in rows of before: nothing, or nowhere. */
  readonly pipeline?: string | null;
  /** It is a drill: it lets its version nowhere. Absent: it is none. */
  readonly isDrill?: true;
  /** Its deployment, where that is not the one that is its version's; absent: it is. */
  readonly deployment?: string;
  /** What the registry is to say of the version, but for an embargo; absent in rows of before it did. */
  readonly status?: VersionStatus;
  /** Of a settled version: the look of its probation that passed; absent: there was none. */
  readonly provenBy?: string;
  /** Absent in other stages than a probation. */
  readonly probation?: ProbationRow;
  readonly writtenAt: string;
  readonly endedAt: string | null;
  /** Digest of the package that was signed, hex; absent where there is none. */
  readonly package?: string;
  /** What it went through, the earliest first, and every approval it was given; kept by the ledger, absent in older rows. */
  readonly trail?: readonly TrailStep[];
  readonly given?: readonly Approval[];
}
