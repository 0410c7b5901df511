/**
 * watch-runs: frees what died. A run that was terminated or purged, a place in the fleet nobody uses, a signal that
 * sleeps in its model's state and has no orchestration any more. An entity that has lost its state is given it again.
 *
 * Owns: what is done about lost work, and that it is written down. Does not own: finding it (find-lost-work).
 *
 * Invariants
 * 1. What fails for one model is logged, left to the next look, and stops nothing for the others.
 * 2. A job that does not end delays nothing but its own model: everything else is done first, and after two minutes its
 *    run is left to the next look, which is told since when.
 */
import * as df from 'durable-functions';
import type { WatchEnd, WatchInput } from '../shared/domain/watch.ts';
import { askFleet, askModel } from './ask-model.ts';
import { endJobs, keepAlive, tryOnce } from './end-job.ts';
import { freeModel } from './free-model.ts';
import { afterwards } from './insist.ts';
import { lasting, sleepUntil, twoMinutesMs } from './patience.ts';
import { rebuildFleet, rebuildModel } from './rebuild.ts';
import type { LostWork } from './steps.ts';
import { now, takeStep } from './take-step.ts';
import { wake } from './wake.ts';

/** A cancelled job mostly ends soon: between attempts of one look. */
const pausesMs = [10_000, 30_000, 60_000];

df.app.orchestration('watch-runs', function* (context) {
  const { ending } = context.df.getInput<WatchInput>() ?? {};
  const lost = yield* takeStep(
    context,
    'find-lost-work',
    { now: now(context) },
    lasting(context, twoMinutesMs),
  );
  for (const model of lost.fresh ?? []) {
    yield* afterwards(context, `rebuilding model ${model}`, () => rebuildModel(context, model));
  }
  if (lost.isFleetFresh) yield* afterwards(context, 'rebuilding the fleet', () => rebuildFleet(context));
  let looked = yield* freeRuns(context, lost.runs, ending);
  const buried = yield* buryRuns(context, lost.dead ?? [], ending);
  for (const { runId } of lost.places) {
    yield* afterwards(context, `giving back the slot of run ${runId}`, function* () {
      const returned = yield* askFleet(context, 'return', { runId });
      yield* wake(context, returned.wake);
    });
  }
  for (const lostSignal of lost.signals) {
    yield* afterwards(context, `reviving signal ${lostSignal.signal}`, () =>
      takeStep(context, 'revive-signal', lostSignal, lasting(context, twoMinutesMs)),
    );
  }
  for (const pauseMs of pausesMs) {
    const left = lost.runs.filter(({ runId }) => looked.ending?.[runId] !== undefined);
    if (left.length === 0) break;
    yield* sleepUntil(context, context.df.currentUtcDateTime.getTime() + pauseMs);
    const again = yield* freeRuns(context, left, looked.ending);
    looked = { ...again, freed: [...looked.freed, ...again.freed] };
  }
  if (buried) looked = { ...looked, ending: { ...looked.ending, ...buried } };
  return { ...looked, places: lost.places.length, signals: lost.signals.length };
});

/** What a look leaves: which runs it has freed, and since when it waits for the jobs of which others. */
type Freed = Pick<WatchEnd, 'freed' | 'ending'>;

function* freeRuns(
  context: df.OrchestrationContext,
  runs: LostWork['runs'],
  ending: WatchInput['ending'],
): Generator<df.Task, Freed, unknown> {
  const freed: string[] = [];
  const left: Record<string, string> = {};
  for (const run of runs) {
    const { model, runId } = run;
    yield* afterwards(context, `freeing model ${model} of run ${runId}`, function* () {
      const since = ending?.[runId] ?? now(context);
      // A look of before there were such marks waits itself.
      const unseen = ending
        ? yield* tryLost(context, run, since)
        : yield* endJobs(context, run.jobs ?? [], run);
      if (unseen === null) left[runId] = since;
      else if (yield* free(context, run, unseen)) freed.push(runId);
    });
  }
  return ending ? { freed, ending: left } : { freed };
}

/**
 * The jobs of runs that died, of models that have had no run since. Answers since when those are being ended that have
 * not.
 */
function* buryRuns(
  context: df.OrchestrationContext,
  dead: NonNullable<LostWork['dead']>,
  ending: WatchInput['ending'],
): Generator<df.Task, WatchInput['ending'], unknown> {
  const left: Record<string, string> = {};
  for (const { model, runId, jobs } of dead) {
    yield* afterwards(context, `ending the jobs of run ${runId} of model ${model}, which died`, function* () {
      const since = ending?.[runId] ?? now(context);
      if ((yield* tryJobs(context, jobs, since)) === null) left[runId] = since;
      else yield* askModel(context, model, 'bury', { runId });
    });
  }
  return dead.length > 0 ? left : undefined;
}

/** Has each job end, once. Null: one has not; otherwise what is to be said of those that were not seen to. */
function* tryJobs(
  context: df.OrchestrationContext,
  jobs: readonly string[],
  since: string,
): Generator<df.Task, string | null, unknown> {
  let unseen = '';
  let waits = false;
  for (const jobName of jobs) {
    const { state, isOver } = yield* tryOnce(context, jobName, Date.parse(since));
    if (!isOver) waits = true;
    else if (!state.ended) unseen += ` ${state.error}`;
  }
  return waits ? null : unseen;
}

/** The same of a run that is to count as alive until they have. */
function* tryLost(
  context: df.OrchestrationContext,
  { model, runId, jobs = [] }: LostWork['runs'][number],
  since: string,
): Generator<df.Task, string | null, unknown> {
  const unseen = yield* tryJobs(context, jobs, since);
  if (unseen === null) yield* keepAlive(context, { model, runId }, context.df.currentUtcDateTime.getTime());
  return unseen;
}

/** The model's entity has the last word: a run that settled meanwhile is not lost. */
function* free(
  context: df.OrchestrationContext,
  { model, runId, why, run }: LostWork['runs'][number],
  unseen: string,
): Generator<df.Task, boolean, unknown> {
  const at = now(context);
  const sentence = `Lost: ${why}. The watchdog freed model ${model} at ${at}.${unseen}`;
  const end = { phase: 'settled', outcome: 'lost', sentence, endedAt: at } as const;
  return yield* freeModel(context, {
    model,
    settlement: { runId, outcome: 'lost', champion: null, now: at },
    describe: ({ signals }) => run && { ...run, signals, ...end },
  });
}
