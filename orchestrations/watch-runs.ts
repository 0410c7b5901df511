/**
 * watch-runs: frees what died. A run that was terminated or purged, a place in the fleet nobody uses, a signal that
 * sleeps in its model's state and has no orchestration any more. An entity that has lost its state is given it again.
 *
 * Owns: what is done about lost work, and that it is written down. Does not own: finding it (find-lost-work).
 *
 * Invariant: what fails for one model is logged, left to the next look, and stops nothing for the others.
 */
import * as df from 'durable-functions';
import { askFleet } from './ask-model.ts';
import { endJobs } from './end-job.ts';
import { freeModel } from './free-model.ts';
import { afterwards } from './insist.ts';
import { lasting, twoMinutesMs } from './patience.ts';
import { rebuildFleet, rebuildModel } from './rebuild.ts';
import type { LostWork } from './steps.ts';
import { now, takeStep } from './take-step.ts';
import { wake } from './wake.ts';

df.app.orchestration('watch-runs', function* (context) {
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
  const freed: string[] = [];
  for (const run of lost.runs) {
    yield* afterwards(context, `freeing model ${run.model} of run ${run.runId}`, function* () {
      if (yield* free(context, run)) freed.push(run.runId);
    });
  }
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
  return { freed, places: lost.places.length, signals: lost.signals.length };
});

/** The model's entity has the last word: a run that settled meanwhile is not lost. */
function* free(
  context: df.OrchestrationContext,
  { model, runId, why, run, jobs = [] }: LostWork['runs'][number],
): Generator<df.Task, boolean, unknown> {
  const left = yield* endJobs(context, jobs, { model, runId });
  const at = now(context);
  const sentence = `Lost: ${why}. The watchdog freed model ${model} at ${at}.${left}`;
  const end = { phase: 'settled', outcome: 'lost', sentence, endedAt: at } as const;
  return yield* freeModel(context, {
    model,
    settlement: { runId, outcome: 'lost', champion: null, now: at },
    describe: ({ signals }) => run && { ...run, signals, ...end },
  });
}
