/**
 * What a release is to do next, and what it is told of it: what goes to and fro between a target's entity and the release's
 * orchestration. Recorded in durable history: small, plain JSON.
 */
import type { CheckConfig } from '../../config/check-schema.ts';
import type { PipelineStage } from '../../config/pipeline-stage-schema.ts';
import type { NotifyStage } from '../../config/stage-schema.ts';
import type { LookResult, TrialResult } from '../../domain/look-result.ts';
import type { OutsideRun, PipelineOrder, PipelineSeen } from '../../domain/pipeline.ts';
import type { EndedRelease, Observed, Split } from '../../domain/release-state.ts';
import type { ModelVersion } from '../../domain/run.ts';
import type { Candidate, SignedVersion, TargetState } from './state.ts';
import type { TrialQuestion, TrialStart } from './trial.ts';

/** A look at the checks that is due: about which requests, and how sure it must be. */
export interface DueLook {
  /** ISO 8601, UTC: requests from then on. */
  readonly from: string;
  readonly until: string;
  readonly deployment: string;
  /** Those that answered beside it, to compare with. */
  readonly champions: readonly string[];
  readonly mirrored: boolean;
  readonly checks: readonly CheckConfig[];
  /** Share of the error that this look may spend on going on, and on going back; 0: it cannot go on. */
  readonly forwardShare: number;
  readonly backShare: number;
  readonly minimumRequests: number;
}

/** What the orchestration is to do next. */
export type ReleaseAction =
  | { readonly do: 'wait'; readonly until: string }
  /** It would go forward: whether it may is to be asked first. */
  | { readonly do: 'ask-hold' }
  | { readonly do: 'observe' }
  | {
      readonly do: 'deploy';
      readonly deployment: string;
      readonly model: ModelVersion;
      readonly digest:
        | string
        | null /** Whether its files are to be held against the digest: once is enough. */;
      readonly isFirst: boolean;
    }
  | { readonly do: 'ask-version'; readonly deployment: string; readonly model: ModelVersion }
  /** `verify`: what is to be what was signed before anybody is given more. */
  | { readonly do: 'shift'; readonly to: Split; readonly verify?: SignedVersion }
  | { readonly do: 'look'; readonly look: DueLook }
  /** `withdrawn`: that the version is not to be used any more; absent: that it is released. */
  | {
      readonly do: 'notify';
      readonly stage: NotifyStage;
      readonly provenBy?: string;
      readonly withdrawn?: { readonly serves: ModelVersion | null; readonly because: string };
    }
  | {
      readonly do: PipelineDeed;
      readonly stage: PipelineStage;
      readonly order: PipelineOrder;
      readonly run: OutsideRun | null;
    }
  | { readonly do: 'begin-trial'; readonly trial: TrialStart }
  | { readonly do: 'watch-trial'; readonly jobName: string }
  | { readonly do: 'judge-trial'; readonly trial: TrialQuestion }
  /** It is not needed any more: `since` then. */
  | { readonly do: 'end-trial'; readonly jobName: string; readonly since: string }
  | { readonly do: 'crown'; readonly champion: ModelVersion | null }
  | { readonly do: 'retire'; readonly deployment: string }
  /** It waits for a drill, which has the target now: its orchestration is to be started. */
  | { readonly do: 'start-drill'; readonly candidate: Candidate }
  | EndAction;

export type PipelineDeed = 'start-pipeline' | 'watch-pipeline' | 'cancel-pipeline';

/** It is over; those that wait for the target are to be woken. */
export interface EndAction {
  readonly do: 'end';
  readonly ended: EndedRelease;
  readonly wake: readonly string[];
}

/** What became of an action, or happened beside it. */
export type ReleaseEvent =
  | { readonly event: 'observed'; readonly observed: Observed }
  | {
      readonly event: 'deployed';
      /** `no-room`: nothing was asked for yet, because others use what it needs. */
      readonly state: 'ready' | 'changing' | 'failed' | 'no-room';
      readonly digest: string | null;
      /** Digest of the package that was signed, hex; null, or absent: none was. */
      readonly package?: string | null;
      readonly why: string;
    }
  /** `silent`: the code of the version has said nothing, and may yet. */
  | { readonly event: 'answered'; readonly answered: boolean; readonly silent?: true; readonly why: string }
  | { readonly event: 'shifted' }
  /** What is released is not what was signed: nothing was shifted. */
  | { readonly event: 'unverified'; readonly why: string }
  | { readonly event: 'looked'; readonly look: LookResult }
  /** How the job of a look stands; `gone`: there is none, or it has left nothing. */
  | {
      readonly event: 'trial-seen';
      readonly state: 'running' | 'succeeded' | 'gone';
      readonly why: string;
    }
  | { readonly event: 'trial-judged'; readonly isDecisive: boolean; readonly result: TrialResult }
  /** `why`: what is to be said of a job that was not seen to end. */
  | { readonly event: 'trial-ended'; readonly isOver: boolean; readonly why: string }
  | { readonly event: 'notified' }
  /** What the stage has started was started, looked at, or told to end. */
  | {
      readonly event: 'pipeline';
      readonly did: PipelineDeed;
      readonly key: string;
      readonly seen: PipelineSeen;
    }
  | { readonly event: 'crowned' }
  | { readonly event: 'retired' }
  | { readonly event: 'drill-started' }
  /** A step was refused for good. */
  | { readonly event: 'refused'; readonly did: ReleaseAction['do']; readonly why: string };

/** What the orchestration asks. */
export interface NextQuestion {
  readonly releaseId: string;
  /** ISO 8601, UTC. */
  readonly now: string;
  /** What keeps it from going forward, in a sentence; null: nothing; undefined: not asked yet. */
  readonly hold?: string | null;
}

export interface NextAnswer {
  readonly state: TargetState;
  readonly action: ReleaseAction;
}
