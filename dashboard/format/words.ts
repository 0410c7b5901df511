/** What states, outcomes and reasons are called on the page, and in which tone each is said. Pure. */
import type { AdmissionOutcome, ReasonCode } from '../../shared/domain/decision.ts';
import type { Verdict } from '../../shared/domain/gate-report.ts';
import type { FailureKind } from '../../shared/domain/job-attempt.ts';
import type { ModelOverview, OverviewStateCode } from '../../shared/domain/overview.ts';
import type { FinalState, ReleaseState } from '../../shared/domain/release-state.ts';
import type { RunOutcome } from '../../shared/domain/run.ts';

/** `wait`: somebody or something is waited for. `live`: it goes on. */
export type Tone = 'good' | 'bad' | 'warn' | 'wait' | 'live' | 'quiet';

interface Said {
  readonly text: string;
  readonly tone: Tone;
}

const say = (text: string, tone: Tone): Said => ({ text, tone });

const ofRun: Readonly<Record<RunOutcome, Said>> = {
  released: say('released', 'good'),
  candidate: say('passed, release begun', 'good'),
  unchanged: say('nothing new to train', 'quiet'),
  'gate-failed': say('gates failed', 'bad'),
  inconclusive: say('inconclusive', 'warn'),
  'evidence-error': say('evidence broken', 'bad'),
  'training-failed': say('training failed', 'bad'),
  'evaluation-failed': say('evaluation failed', 'bad'),
  cancelled: say('cancelled', 'quiet'),
  lost: say('lost', 'bad'),
  failed: say('failed', 'bad'),
};

const ofAdmission: Readonly<Record<AdmissionOutcome, Said>> = {
  admitted: say('yes: admitted', 'good'),
  coalesced: say('joined another', 'quiet'),
  deferred: say('not yet: waits', 'wait'),
  rejected: say('no: rejected', 'warn'),
};

const ofRelease: Readonly<Record<ReleaseState, Said>> = {
  queued: say('queued', 'wait'),
  deploying: say('deploying', 'live'),
  notifying: say('notifying', 'live'),
  'in-pipeline': say('in a pipeline', 'live'),
  'waiting-for-approval': say('waits for approval', 'wait'),
  shadow: say('shadow', 'live'),
  canary: say('canary', 'live'),
  promoting: say('promoting', 'live'),
  serving: say('serving, watched', 'live'),
  probation: say('probation', 'live'),
  asking: say('asks a person', 'wait'),
  'rolling-back': say('rolling back', 'warn'),
  settled: say('settled', 'good'),
  'rolled-back': say('rolled back', 'bad'),
  rejected: say('rejected', 'bad'),
  superseded: say('superseded', 'quiet'),
  drilled: say('drill over', 'good'),
  failed: say('failed', 'bad'),
};

const ofVerdict: Readonly<Record<Verdict | 'ignored', Said>> = {
  passed: say('passed', 'good'),
  failed: say('failed', 'bad'),
  inconclusive: say('inconclusive', 'warn'),
  error: say('error', 'bad'),
  ignored: say('too small, ignored', 'quiet'),
};

const ofModel: Readonly<Record<OverviewStateCode, Said>> = {
  broken: say('file is broken', 'bad'),
  asks: say('asks a person', 'wait'),
  running: say('run under way', 'live'),
  releasing: say('release under way', 'live'),
  waiting: say('a signal waits', 'wait'),
  stopped: say('stopped', 'bad'),
  frozen: say('frozen', 'warn'),
  off: say('off', 'quiet'),
  unhealthy: say('unhealthy', 'bad'),
  new: say('no champion yet', 'quiet'),
  idle: say('nothing to do', 'good'),
};

const ofHealth: Readonly<Record<ModelOverview['health']['verdict'], Said>> = {
  fine: say('healthy', 'good'),
  breached: say('beyond its threshold', 'bad'),
  failed: say('check failed', 'bad'),
  unknown: say('not checked lately', 'quiet'),
};

/** The reason codes that need more than their own words. */
const ofReason: Readonly<Partial<Record<ReasonCode, string>>> = {
  idle: 'nothing blocks it',
  'hold-over': 'no longer blocked',
  'run-live': 'a run is under way',
  'wait-pending': 'one already waits',
  'not-persistent': 'not persistent yet',
  'composite-unmet': 'others are not bad',
  absent: 'nothing comes any more',
  inconclusive: 'inconclusive',
  quiet: 'quiet period',
  freeze: 'frozen',
  rate: 'rate limit',
  'data-counted': 'data was counted',
  fleet: 'fleet is full',
  stopped: 'kill switch',
  suggested: 'waits for a person',
  'suggestion-expired': 'nobody answered in time',
  recovered: 'it has recovered',
  breaker: 'circuit breaker',
  observed: 'mode observe',
  off: 'mode off',
  'internal-error': 'admission failed',
  'own-registration': 'our own registration',
  'version-missing': 'version is missing',
  'drift-unconfirmed': 'drift not confirmed',
};

/** A word of a later service than this page is shown as it is. */
function find(table: Readonly<Record<string, Said>>, word: string): Said {
  return Object.hasOwn(table, word) ? table[word]! : say(word, 'quiet');
}

export const sayOutcome = (outcome: string | null): Said =>
  outcome === null ? say('under way', 'live') : find(ofRun, outcome);
export const sayAdmission = (outcome: string): Said => find(ofAdmission, outcome);
export const sayRelease = (state: string): Said => find(ofRelease, state);
export const sayVerdict = (verdict: string): Said => find(ofVerdict, verdict);
export const sayModel = (code: string): Said => find(ofModel, code);
export const sayHealth = (verdict: string): Said => find(ofHealth, verdict);
export const sayReason = (reason: string): string =>
  (ofReason as Readonly<Record<string, string>>)[reason] ?? reason.replaceAll('-', ' ');

const finalStates: readonly string[] = [
  'settled',
  'rolled-back',
  'rejected',
  'superseded',
  'drilled',
  'failed',
] satisfies FinalState[];

export const isOver = (state: string): boolean => finalStates.includes(state);

const failures: Readonly<Record<FailureKind, string>> = {
  throttled: 'the service was too busy',
  capacity: 'no machine was free',
  preempted: 'its machine was taken away',
  platform: 'the platform failed',
  code: 'its own code failed',
};

/** Why a job failed that another one took the place of. */
export const sayFailure = (kind: FailureKind): string => failures[kind];
