/** The steps of a release, of what it serves, and of whom it tells and asks: as in steps.ts, which has the rules for all. */
import type { PipelineStage } from '../shared/config/pipeline-stage-schema.ts';
import type { NotifyStage } from '../shared/config/stage-schema.ts';
import type { TargetConfig } from '../shared/config/target-schema.ts';
import type { WaitingDeployment } from '../shared/controllers/protection-rule.ts';
import type { LookResult, TrialResult } from '../shared/domain/look-result.ts';
import type { Names } from '../shared/domain/name-people.ts';
import type { AddressedNotice, Notice, NoticeRow, Sent } from '../shared/domain/notice.ts';
import type { OutsideRun, PipelineOrder, PipelineSeen } from '../shared/domain/pipeline.ts';
import type { ReleaseNotice } from '../shared/domain/release.ts';
import type { Observed, ReleaseRow, Split } from '../shared/domain/release-state.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import type { DueLook } from '../shared/release/transitions/deeds.ts';
import type { SignedVersion, TargetState } from '../shared/release/transitions/state.ts';
import type { TrialQuestion, TrialStart } from '../shared/release/transitions/trial.ts';
import type { StagedReleaseInput } from './release-walk.ts';

/** What a stage starts outside; `run` null: not known to have been started. */
interface PipelineQuestion {
  readonly stage: PipelineStage;
  readonly order: PipelineOrder;
  readonly run: OutsideRun | null;
}

/** A version at a target, or on its way there. */
interface DeployedVersion {
  readonly target: TargetConfig;
  readonly deployment: string;
  readonly model: ModelVersion;
  readonly releaseId: string;
}
export interface ReleaseSteps {
  /** Tells one stage's channel. Every delivery carries the same release id. */
  'publish-release': { input: { stage: NotifyStage; notice: ReleaseNotice }; output: { releaseId: string } };
  /** Reads back what a target serves. */
  'observe-target': { input: { target: TargetConfig }; output: Observed };
  /**
   * Has a version deployed without traffic, unless it is, and answers how that stands, the first time with the digest of
   * its files, and where there is a key with that of its package. A digest other than the given one is a refusal.
   */
  'deploy-version': {
    input: DeployedVersion & { digest: string | null; isFirst: boolean };
    output: {
      state: 'ready' | 'changing' | 'failed' | 'no-room';
      digest: string | null;
      package?: string | null;
      why: string;
    };
  };
  /** Sends a deployment the smoke requests of the model file: whether that version answered each; `silent`: it may yet. */
  'ask-version': { input: DeployedVersion; output: { answered: boolean; silent?: true; why: string } };
  /** Begins to change who answers the requests of a target, unless what is released is not what was signed. */
  'shift-traffic': {
    input: { target: TargetConfig; to: Split; verify?: SignedVersion };
    output: null | { unverified: string };
  };
  /** SHA-256 over the files of a version, hex; null where they lie where they cannot be read. */
  'find-digest': { input: { model: ModelVersion }; output: { digest: string | null } };
  /** Starts what a stage starts outside, unless it was started, and answers how that stands. */
  'start-pipeline': { input: PipelineQuestion; output: PipelineSeen };
  /** How it stands. */
  'watch-pipeline': { input: PipelineQuestion; output: PipelineSeen };
  /** Has it end, and answers how it stands then. What is over, or was never started, stays so. */
  'cancel-pipeline': { input: PipelineQuestion; output: PipelineSeen };
  /** Deletes a deployment that has no traffic. */
  'retire-deployment': { input: { target: TargetConfig; deployment: string }; output: null };
  /** Makes a target's state anew from what the ledger knows of releases. */
  'rebuild-target': { input: { endpoint: string }; output: TargetState };
  /** Starts the orchestration of a release, unless it was started. */
  'start-release': { input: StagedReleaseInput; output: null };
  /** Has releases look again at once; those that are over are passed over. */
  'wake-releases': { input: { releases: readonly string[] }; output: null };
  /** Has people told, one orchestration for each notice and receiver, unless they were. */
  'start-notices': { input: { notices: readonly AddressedNotice[] }; output: null };
  /** Sends a notice to one receiver, once; what became of it is an answer. */
  'send-notice': { input: { notice: Notice; to: string }; output: Sent };
  /** Writes what became of a notice to the ledger. */
  'record-notice': { input: NoticeRow; output: null };
  /** Writes a release, as far as it has come, to the ledger. */
  'record-release': { input: ReleaseRow; output: null };
  /** Whether a version may enter a stage. A question that is wrong is a refusal. */
  'ask-usable': {
    input: { model: string; version: string; stage: string };
    output: { usable: 'yes' | 'no' | 'wait'; reason: string };
  };
  /** Tells GitHub what becomes of a deployment that waits; `state` null: why it waits. */
  'review-deployment': {
    input: { deployment: WaitingDeployment; state: 'approved' | 'rejected' | null; comment: string };
    output: null;
  };
  /** The people who requested what these signals asked for. */
  'find-requesters': {
    input: { model: string; signals: readonly string[] };
    /** Histories of before have no names. */
    output: { requestedBy: readonly string[]; requesterNames?: Names };
  };
  /**
   * Counts the requests that a release's version and its champion were sent, and judges its checks. Counts that are not to
   * be had are an inconclusive look, which says why; `at` is the look's `until`.
   */
  'look-at-requests': { input: { target: TargetConfig; look: DueLook }; output: LookResult };
  /**
   * Pins the labelled rows that have come for a look of a probation, and submits its job under a name of its own, unless
   * there is one. `gone`: there is nothing to judge, or the job was refused.
   */
  'begin-trial': { input: TrialStart; output: { state: 'running' | 'gone'; why: string } };
  /** Judges what the job of a look has left, and writes the report and its page beside it. */
  'judge-trial': { input: TrialQuestion; output: { isDecisive: boolean; result: Omit<TrialResult, 'at'> } };
  /** Has the registry say of a version what holds. */
  'mark-version': {
    input: { readonly name: string; readonly version: string; readonly endpoint: string };
    output: null;
  };
}
