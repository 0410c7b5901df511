/**
 * Follows a signal to its decision and a run to its end, by asking the service again and again.
 *
 * Owns: what counts as news, when it is over, and with which exit code. Does not own: how news is shown (../watch.ts).
 *
 * Invariants
 * 1. News is told once, in the order of the ledger's own states; what happened between two looks is told by the later one.
 * 2. A service that does not answer for a while ends nothing: it is asked again, for `patienceMs`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decision } from '../../shared/domain/decision.ts';
import type { Run, RunOutcome } from '../../shared/domain/run.ts';
import { encodeId } from '../service.ts';

export interface Progress {
  readonly phase: string;
  readonly since: string | null;
  readonly waits: string;
}

export type News =
  | { readonly event: 'decision'; readonly decision: Decision }
  | { readonly event: 'run'; readonly run: Run; readonly progress: Progress | null }
  /** No run of the model is under way. */
  | { readonly event: 'waiting'; readonly model: string; readonly sentence: string }
  | { readonly event: 'away'; readonly problem: string };

export interface Follower {
  /** Asks the API; undefined where there is no such thing. Throws where the service does not answer or refuses. */
  readonly ask: (path: string) => Promise<unknown>;
  readonly tell: (news: News) => void;
  /** What is being waited for. */
  readonly wait: (what: string) => void;
  readonly everyMs: number;
}

const patienceMs = 120_000;
/** For a decision on a signal that the service may not know at all, and for a run that a decision has named. */
const undecidedMs = 60_000;

/** 0 it has passed, 1 the answer is no, 3 something broke. */
const exitCodes: Readonly<Record<RunOutcome, 0 | 1 | 3>> = {
  released: 0,
  candidate: 0,
  unchanged: 0,
  'gate-failed': 1,
  inconclusive: 1,
  cancelled: 1,
  'evidence-error': 3,
  'training-failed': 3,
  'evaluation-failed': 3,
  lost: 3,
  failed: 3,
};

/** Answers the exit code once the run has ended. One that `isNamed` by a decision is in the ledger shortly after that. */
export async function followRun(follower: Follower, runId: string, isNamed = false): Promise<number> {
  const giveUpAt = Date.now() + (isNamed ? undecidedMs : 0);
  let told = '';
  for (;;) {
    const answer = await askPatiently(follower, `runs/${encodeURIComponent(runId)}`);
    if (answer === undefined) {
      if (Date.now() >= giveUpAt) throw new Error(`there is no run ${runId}; ratchet runs lists them`);
      follower.wait(`${runId} begins`);
      await sleep(follower.everyMs);
      continue;
    }
    const { run, progress = null } = answer as { run: Run; progress?: Progress | null };
    const state = JSON.stringify([run.phase, run.outcome, run.sentence, progress?.phase, progress?.waits]);
    if (state !== told) follower.tell({ event: 'run', run, progress });
    told = state;
    if (run.outcome !== null) return exitCodes[run.outcome];
    follower.wait(`${runId} is in ${progress?.phase ?? run.phase}${progress ? `: ${progress.waits}` : ''}`);
    await sleep(follower.everyMs);
  }
}

/** Through its decision, and that on the signal it has joined, to the run that answers it. */
export async function followSignal(follower: Follower, signalId: string): Promise<number> {
  const giveUpAt = Date.now() + undecidedMs;
  let told = '';
  for (let id = signalId; ; ) {
    const answer = await askPatiently(follower, `decisions/${encodeId(id)}`);
    if (answer === undefined) {
      if (Date.now() > giveUpAt)
        throw new Error(`there is no decision on signal ${id}; ratchet decisions lists them`);
      follower.wait(`signal ${id} waits for its decision`);
    } else {
      const { decision } = answer as { decision: Decision };
      const state = JSON.stringify([id, decision.outcome, decision.reason, decision.sentence]);
      if (state !== told) follower.tell({ event: 'decision', decision });
      told = state;
      const { outcome, runId } = decision;
      if (outcome === 'rejected') return 1;
      if (outcome !== 'deferred' && runId !== null) return followRun(follower, runId, true);
      id = decision.joinedSignalId ?? id;
      follower.wait(`signal ${id} is ${decision.outcome}`);
    }
    await sleep(follower.everyMs);
  }
}

/** The run of a model that is under way; or where the next one is waited for, until it starts every new decision. */
export async function followModel(follower: Follower, model: string, isNext: boolean): Promise<number> {
  const query = `model=${encodeURIComponent(model)}`;
  const [first] = await latestRuns(follower, query);
  if (first && first.outcome === null) return followRun(follower, first.runId);
  follower.tell({ event: 'waiting', model, sentence: describeIdle(model, first, isNext) });
  if (!isNext) return 1;
  const known = new Set((await latestDecisions(follower, query)).map(stateOf));
  for (;;) {
    for (const decision of (await latestDecisions(follower, query)).toReversed()) {
      if (!known.has(stateOf(decision))) follower.tell({ event: 'decision', decision });
      known.add(stateOf(decision));
    }
    const [latest] = await latestRuns(follower, query);
    if (latest && latest.runId !== first?.runId) return followRun(follower, latest.runId);
    follower.wait(`${model} has no run under way: waiting for one`);
    await sleep(follower.everyMs);
  }
}

function describeIdle(model: string, last: Run | undefined, isNext: boolean): string {
  const lastRun =
    last === undefined ? 'it has had none' : `the last one, ${last.runId}, ended ${last.outcome}`;
  const what = isNext
    ? 'waiting for the next one, Ctrl-C ends'
    : `--next waits for one, ratchet explain ${model} says what blocks one`;
  return `${model} has no run under way: ${lastRun}; ${what}`;
}

const stateOf = ({ signal, outcome, reason }: Decision): string => [signal.id, outcome, reason].join(' ');

async function latestRuns(follower: Follower, query: string): Promise<readonly Run[]> {
  return ((await askPatiently(follower, `runs?${query}&limit=1`)) as { runs: readonly Run[] }).runs;
}

async function latestDecisions(follower: Follower, query: string): Promise<readonly Decision[]> {
  const path = `decisions?${query}&limit=20`;
  return ((await askPatiently(follower, path)) as { decisions: readonly Decision[] }).decisions;
}

/** A first question that fails is a mistake of who asks; a later one may be a service that starts again. */
async function askPatiently({ ask, tell, everyMs }: Follower, path: string): Promise<unknown> {
  const giveUpAt = Date.now() + patienceMs;
  for (let isTold = false; ; isTold = true) {
    try {
      return await ask(path);
    } catch (error) {
      if (!(error instanceof ServiceAway) || Date.now() > giveUpAt) throw error;
      if (!isTold) tell({ event: 'away', problem: error.message });
      await sleep(everyMs);
    }
  }
}

/** Nothing answers, where something has answered before. */
export class ServiceAway extends Error {}
