/**
 * A release and its target as the target's entity keeps them.
 *
 * Owns: the shapes. Does not own: the transitions (next-step.ts, take-event.ts, operate-release.ts). Plain JSON, bounded.
 */
import type { PipelineStage } from '../../config/pipeline-stage-schema.ts';
import type { ReleaseConfig } from '../../config/release-schema.ts';
import type { Policy } from '../../config/schema.ts';
import type { TargetConfig } from '../../config/target-schema.ts';
import type { Embargo, Quarantine } from '../../domain/embargo.ts';
import type { LookResult } from '../../domain/look-result.ts';
import type { Names } from '../../domain/name-people.ts';
import type { NoticeAddress } from '../../domain/notice.ts';
import type { OutsideRun, PipelineOrder } from '../../domain/pipeline.ts';
import type {
  Approval,
  Drift,
  Drilled,
  EndedRelease,
  FinalState,
  Observed,
  Offered,
  Question,
  ReleaseState,
  SettledVersion,
  Split,
} from '../../domain/release-state.ts';
import type { ModelVersion } from '../../domain/run.ts';
import type { Word } from '../../domain/word.ts';
import type { Probation, ProbationBasis } from './trial.ts';

/** The way back: who or what ordered it, to which version, and how the release is to end. */
interface WayBack {
  readonly word: Word;
  readonly end: Exclude<FinalState, 'settled' | 'drilled'>;
  /** Null: there is none. */
  readonly to: SettledVersion | null;
  /** Whether the version it goes to was seen to answer. */
  readonly answered: boolean;
  /** Whether a person knows that there is no such version. */
  readonly acknowledged: boolean;
}

/** What a stage has started outside, from when it was first asked for; it may have been started from then on. */
export interface Outside {
  readonly stage: PipelineStage;
  readonly order: PipelineOrder;
  /** Null: not known to have been started. */
  readonly run: OutsideRun | null;
  /** When it was last looked at (ISO 8601, UTC); null: not yet. */
  readonly lookedAt: string | null;
  /** When it was first told to end (ISO 8601, UTC); null: it was not. */
  readonly cancelledAt: string | null;
  /** What it waits for, as far as it says; empty, or absent: nothing. */
  readonly says?: string;
  /** Whether nothing of it runs any more. */
  readonly hasEnded: boolean;
  /** Why it was left running, where it was. */
  readonly left: string | null;
}

/** How far what stages have started was started again with the version that is gone back to. */
export interface Undoing {
  /** Names of the stages that are through with it. */
  readonly through: readonly string[];
  readonly outside: Outside | null;
  /** What did not end well. */
  readonly left: readonly string[];
  /** Since when a channel is being told that the version is withdrawn (ISO 8601, UTC); absent: none is. */
  readonly since?: string;
}

/** A version and the digest of its package, hex. */
export interface SignedVersion {
  readonly model: ModelVersion;
  readonly package: string;
}

/** What is to be released. */
export interface Candidate {
  readonly releaseId: string;
  readonly runId: string;
  readonly model: ModelVersion;
  readonly previous: ModelVersion | null;
  /** SHA-256, hex: of the gate report, the data's manifest and the model file. */
  readonly gateReportHash: string;
  readonly dataHash: string;
  readonly configHash: string;
  /** People who requested it: they cannot approve it where the stage says so. */
  readonly requestedBy: readonly string[];
  /** Their names, by id; absent in states of before. */
  readonly requesterNames?: Names;
  readonly target: TargetConfig;
  readonly stages: ReleaseConfig['stages'];
  /** Those of the model file: they hold a step forward. */
  readonly freezes: Policy['freezes'];
  /** A person's order to go back to a settled version, where it is that. */
  readonly rollback?: Word;
  /** The order to drill the way back, where it is that. */
  readonly drill?: Word;
  /** A drill must have passed on the target before it is deployed; `within`: no longer ago. Absent: none need have. */
  readonly requiresDrill?: { readonly within?: string };
  /** Of a drill: the deployment it makes, where that is not the version's own. */
  readonly deployment?: string;
  /** Absent where no stage is a probation. */
  readonly probation?: ProbationBasis;
  /** Who is told of it; absent: nobody. */
  readonly notices?: readonly NoticeAddress[];
  /** What its files must be, where that is known (SHA-256, hex); null, or absent: it is not. */
  readonly expectedDigest?: string | null;
}

export interface Release extends Candidate {
  readonly state: ReleaseState;
  /** When it came to be in this state (ISO 8601, UTC). */
  readonly since: string;
  readonly startedAt: string;
  /** When it came to its stage, or to the step of a canary (ISO 8601, UTC). */
  readonly stageSince: string;
  /** Where it stands in `stages`, and in the steps of a canary. */
  readonly stage: number;
  readonly step: number;
  /** When what the step asks of the target was first seen there (ISO 8601, UTC); null: not yet. */
  readonly stepSince: string | null;
  readonly deployment: string;
  readonly digest: string | null;
  /** Digest of the package that was signed when it was deployed, hex; absent where none was. */
  readonly package?: string;
  /** When its deployment was first asked for (ISO 8601, UTC). */
  readonly deployingSince: string | null;
  /** What it says while it waits for room to deploy in; absent: it does not. */
  readonly noRoom?: string;
  readonly isReady: boolean;
  /** What is under way is not asked again before (ISO 8601, UTC). */
  readonly pausedUntil: string | null;
  readonly hasAnswered: boolean;
  /** Since when what was asked of the version got no answer of its own (ISO 8601, UTC); absent: it did, or was not asked. */
  readonly silentSince?: string;
  readonly approvals: readonly Approval[];
  /** Those of the stages that it has left, the latest last; absent where there are none, and in older states. */
  readonly given?: readonly Approval[];
  /** Looks at the checks in this step: all, and those at which it could have gone on, with enough requests after `for`. */
  readonly looks: number;
  readonly decisiveLooks: number;
  readonly lastLook: LookResult | null;
  /** A person has had the step go on until then (ISO 8601, UTC), where its checks cannot say. */
  readonly holdsUntil: string | null;
  /** Whether the model's entity knows it as the champion. */
  readonly isChampion: boolean;
  /** Whether it may know it as that all the same: the target has lost its state since it could have been told. */
  readonly mayBeChampion?: boolean;
  /** Whether the target was ever asked, or seen, to give it requests, or copies of them. */
  readonly hadTraffic: boolean;
  /** What the target served before. */
  readonly before: Split | null;
  /** What could not be cleared away at its end, and why; null: nothing. */
  readonly leavesBehind: string | null;
  readonly asks: Question | null;
  /** Drills that it has had begin; absent: none. */
  readonly drills?: number;
  /** A person has had it drill again. */
  readonly drillsAgain?: true;
  /** Of a drill: the version has answered, and is to be cleared away. */
  readonly hasPassedDrill?: true;
  /** Since when it was seen to serve everybody, as far as it has come (ISO 8601, UTC). */
  readonly servesSince?: string;
  /** The look that its probation ended with; absent: it had none that passed. */
  readonly provenBy?: string;
  /** Who settled it where its probation could not say; absent: nobody. */
  readonly acceptedBy?: Word;
  /** Absent before its first look. */
  readonly trials?: Probation;
  /** When the ledger was last told of it, where its target has lost its state since (ISO 8601, UTC); absent: it never has. */
  readonly resumedAt?: string;
  readonly back: WayBack | null;
  /**
   * Whether what it was last told to do is a part of its way back: ordered back meanwhile, it may be told of what it did
   * on its way forward. Absent in older states.
   */
  readonly actsBack?: boolean;
  /** What its stage has started outside; null, or absent in older states: nothing. */
  readonly outside?: Outside | null;
  /** What runs again on the way back, what has, and what is to be said of it; absent: nothing does. */
  readonly undoing?: Undoing;
  /** What it has asked approvals of; absent: of nothing yet, or the state is older. */
  readonly offered?: readonly Offered[];
  /** What it does and waits for, for a person. */
  readonly sentence: string;
}

/** The state of a target's entity. Bounded. */
export interface TargetState {
  /** The one release that may change the target. */
  readonly release: Release | null;
  /** Those that wait for it, the first to come first. */
  readonly queue: readonly Release[];
  /** The latest last. */
  readonly settled: readonly SettledVersion[];
  /** What the target is to serve; null before it was first looked at. */
  readonly desired: Split | null;
  /** What it is being changed to, until that is seen. */
  readonly changingTo: Split | null;
  readonly observed: Observed | null;
  /** Whether it may have changed since it was last looked at. */
  readonly isStale: boolean;
  readonly ended: readonly EndedRelease[];
  /** What others have changed while no release held it; absent: nothing, as far as was seen. */
  readonly drift?: Drift;
  /** Absent: there was none. */
  readonly lastDrill?: Drilled;
  /** Versions that somebody has quarantined; absent: none. */
  readonly quarantined?: readonly Quarantine[];
  /** Other versions under embargo when somebody last looked; absent: nobody has. */
  readonly embargoed?: readonly Embargo[];
}

export const newTargetState: TargetState = {
  release: null,
  queue: [],
  settled: [],
  desired: null,
  changingTo: null,
  observed: null,
  isStale: true,
  ended: [],
};
