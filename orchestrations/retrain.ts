/**
 * retrain: one run, from data to release. Its instance id is the run id.
 *
 * Owns: the order past champions, train, evaluate, gate, register, release, settle, and what each end means.
 * Does not own: whether to run (admit-signal), the judgement (shared/gates), the stages (release).
 *
 * Invariants
 * 1. A run ends in one stated outcome, told to the model's entity and written to the ledger.
 * 2. Nothing is registered or released but what the gates passed, or a person accepted where they could not say; the
 *    champion stays otherwise.
 * 3. A past champion that the gates let is released as it is: the run trains and registers nothing. So is a version of an
 *    earlier training of the same inputs (train.ts), and the run trains nothing.
 * 4. A cancellation is heard at once wherever the run waits, and between any two steps: a run that is cancelled submits,
 *    registers and notifies nothing more.
 * 5. A run that judges a kept challenger again begins at evaluate, too, and trains nothing.
 * 6. A promote run begins at evaluate: a version registered by hand meets the same gates.
 * 7. An outage of any service is waited out for as long as the run may take.
 * 8. A run settles once none of its jobs is alive, and begins once none of a run that died before it is; end-job.ts has
 *    the bound.
 */
import * as df from 'durable-functions';
import type { Verdict } from '../shared/domain/gate-report.ts';
import type { LineageTags } from '../shared/domain/lineage.ts';
import type { ModelVersion, RunOutcome } from '../shared/domain/run.ts';
import { askPerson } from './ask-person.ts';
import { endPredecessors } from './end-predecessors.ts';
import { type Chosen, tryPastChampions } from './past-champions.ts';
import { register } from './register.ts';
import { describeJobEnd, runAttempts } from './run-attempts.ts';
import { mayScore, type RunEnd, type RunInput } from './run-input.ts';
import { cancelRunEvent } from './run-job.ts';
import { cancelled, runRelease } from './run-release.ts';
import { beginWalk, computeHoursOf, endJobsOf, enterPhase, note, type RunWalk } from './run-walk.ts';
import { settle } from './settle.ts';
import { messageOf, takeStep } from './take-step.ts';
import { train } from './train.ts';

df.app.orchestration('retrain', function* (context) {
  const input = context.df.getInput<RunInput>();
  if (!input) throw new Error('retrain was started without a run');
  const walk = beginWalk(context, input, context.df.waitForExternalEvent(cancelRunEvent));
  let end: RunEnd;
  try {
    yield* endPredecessors(walk);
    end = yield* takePhases(walk);
  } catch (error) {
    const broken: RunEnd = { outcome: 'failed', sentence: `Ratchet could not go on: ${messageOf(error)}` };
    end = input.endsJobs && walk.cancel.isCompleted ? cancelled(walk.cancel) : broken;
  }
  if (input.endsJobs) end = { ...end, sentence: `${end.sentence}${yield* endJobsOf(walk)}` };
  context.df.setCustomStatus({ phase: 'settled', outcome: end.outcome });
  return yield* settle(context, input, end, walk.findings, computeHoursOf(walk));
});

function* takePhases(walk: RunWalk): Generator<df.Task, RunEnd, unknown> {
  const { context, input, cancel, patience } = walk;
  const { runId, pinned } = input;

  const given = input.promoted ?? input.kept?.version ?? null;
  const scoresPast = mayScore(input) > 0;
  yield* enterPhase(walk, given ? 'evaluate' : scoresPast ? 'past-champions' : 'train');
  const data = yield* takeStep(context, 'pin-data', { runId, pinned }, patience);
  if (data.partitions === 0) {
    const left = data.refused ? ` that may be used: ${data.refused} refused, see the manifest` : '';
    return {
      outcome: 'evidence-error',
      sentence: `There is no data under ${pinned.config.data.path}${left}.`,
    };
  }
  const attempts = { train: 1, evaluate: 1 };
  if (scoresPast) {
    const searched = yield* tryPastChampions(walk);
    if ('outcome' in searched) return searched;
    if (searched.chosen) {
      note(walk, { verdict: 'passed' });
      return yield* releaseAgain(walk, searched.chosen, data.manifestHash);
    }
    attempts.evaluate = searched.nextAttempt;
    yield* enterPhase(walk, 'train');
  }
  const trained = given ? null : yield* train(walk);
  if (trained && 'outcome' in trained) return trained;
  attempts.train = trained?.attempt ?? 1;
  const challenger = given ?? trained!.challenger;
  note(walk, { challenger });

  if (!given) yield* enterPhase(walk, 'evaluate');
  const evaluation = yield* runAttempts(walk, 'evaluate', challenger, attempts.evaluate);
  if (cancel.isCompleted) return cancelled(cancel);
  if (!evaluation.succeeded) return { outcome: 'evaluation-failed', sentence: describeJobEnd(evaluation) };
  attempts.evaluate = evaluation.attempt;

  yield* enterPhase(walk, 'gate');
  const judged = yield* judge(walk, attempts, given ? filesWithThreshold(input, given) : trained?.modelUri);
  const earlier = trained?.earlier;
  if ('outcome' in judged) return earlier?.isRegistered ? judged : keepChallenger(input, challenger, judged);
  if (!earlier) return yield* registerAndRelease(walk, challenger, judged, data.manifestHash);
  const sentence = `Trained by run ${earlier.runId}; nothing was trained again. ${judged.sentence}`;
  const { reportHash } = judged;
  if (!earlier.isRegistered)
    return yield* registerAndRelease(
      walk,
      challenger,
      { ...judged, sentence },
      data.manifestHash,
      earlier.digest,
    );
  const chosen = { model: { ...challenger, chosenBy: runId }, digest: earlier.digest, sentence, reportHash };
  return yield* releaseAgain(walk, chosen, data.manifestHash, 'again');
}

function* registerAndRelease(
  walk: RunWalk,
  challenger: ModelVersion,
  judged: Passed,
  dataHash: string,
  expectedDigest?: string,
): Generator<df.Task, RunEnd, unknown> {
  const { context, input, cancel, patience } = walk;
  const { runId, pinned } = input;
  if (cancel.isCompleted) return cancelled(cancel);
  yield* enterPhase(walk, 'register');
  const { reportHash: gateReportHash, sentence } = judged;
  const made = {
    runId,
    challenger,
    signals: input.signals,
    configHash: pinned.configHash,
    gateReportHash,
    dataHash,
    parent: input.champion,
  };
  const registered = input.promoted ?? (yield* register(context, made, judged.overrides, patience));
  note(walk, { challenger: registered, registeredVersion: registered.version });

  if (cancel.isCompleted) return cancelled(cancel);
  yield* enterPhase(walk, 'release');
  const handed = { model: registered, gateReportHash, dataHash, ...(expectedDigest && { expectedDigest }) };
  return yield* runRelease(walk, handed, sentence);
}

/** A version that the registry has goes to its release with what the gates said of it. */
function* releaseAgain(
  walk: RunWalk,
  { model, digest, sentence, reportHash }: Chosen,
  dataHash: string,
  as = 'again, a past champion; nothing was trained',
): Generator<df.Task, RunEnd, unknown> {
  const { context, input, cancel, patience } = walk;
  const { name, version } = model;
  note(walk, { challenger: model });
  if (cancel.isCompleted) return cancelled(cancel);
  yield* enterPhase(walk, 'register');
  yield* takeStep(context, 'mark-chosen', { name, version, runId: input.runId }, patience);
  note(walk, { registeredVersion: version });
  if (cancel.isCompleted) return cancelled(cancel);
  yield* enterPhase(walk, 'release');
  const said = `Version ${version} ${as}. ${sentence}`;
  const handed = { model, gateReportHash: reportHash, dataHash, expectedDigest: digest };
  return yield* runRelease(walk, handed, said);
}

/** A challenger that may be registered and released. */
interface Passed {
  readonly sentence: string;
  readonly reportHash: string;
  /** Whose word stands in for the gates. */
  readonly overrides: Pick<LineageTags, 'ratchetAccepted'>;
}

/** Where a challenger that this run does not train has its files, where a threshold may lie among them. */
function filesWithThreshold({ pinned }: RunInput, { modelUri }: ModelVersion): string | undefined {
  return typeof pinned.config.evaluation.threshold === 'object' ? modelUri : undefined;
}

/** Which attempts of the run's jobs went well. */
interface Attempts {
  readonly train: number;
  readonly evaluate: number;
}

/** What the gates say, and where they cannot and the model file has it so, a person. */
function* judge(
  walk: RunWalk,
  attempts: Attempts,
  modelUri: string | undefined,
): Generator<df.Task, Passed | RunEnd, unknown> {
  const { context, input, cancel } = walk;
  const { runId, pinned } = input;
  const isFirst = attempts.train === 1 && attempts.evaluate === 1;
  const hasChampion = input.champion !== null;
  const evidence = {
    ...{ runId, pinned, hasChampion },
    ...(!isFirst && { attempts }),
    ...(modelUri !== undefined && { modelUri }),
  };
  const { report, reportHash } = yield* takeStep(context, 'judge-evidence', evidence, walk.patience);
  const { verdict, sentence } = report;
  note(walk, { verdict });
  if (input.hearsCancel && cancel.isCompleted) return cancelled(cancel);
  if (verdict === 'passed') return { sentence, reportHash, overrides: {} };
  // Runs of before there was such a field hold, too.
  if (verdict !== 'inconclusive' || pinned.config.onInconclusive !== 'ask') {
    return { outcome: unpassed[verdict], sentence };
  }
  const asked = yield* askPerson(walk, sentence);
  if (cancel.isCompleted) return cancelled(cancel);
  if (!asked.acceptedBy) return { outcome: 'inconclusive', sentence: asked.sentence };
  note(walk, { acceptedBy: asked.acceptedBy });
  return { sentence: asked.sentence, reportHash, overrides: { ratchetAccepted: asked.acceptedBy.by } };
}

/** How often one challenger is judged: what so many looks cannot tell, the next one will not. */
const judgedAtMost = 3;

/** Policy `recollect`: the next signal has the challenger judged again, with the data there is then. */
function keepChallenger({ promoted, kept, pinned }: RunInput, version: ModelVersion, end: RunEnd): RunEnd {
  const times = (kept?.times ?? 0) + 1;
  const isOver = end.outcome !== 'inconclusive' || promoted !== null || times >= judgedAtMost;
  if (pinned.config.onInconclusive !== 'recollect' || isOver) return end;
  const sentence = `${end.sentence} It is kept: the next signal has it judged again (${times} of ${judgedAtMost} times).`;
  return { ...end, sentence, keep: { version, times } };
}

const unpassed: Readonly<Record<Exclude<Verdict, 'passed'>, RunOutcome>> = {
  failed: 'gate-failed',
  inconclusive: 'inconclusive',
  error: 'evidence-error',
};
