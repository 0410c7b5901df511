/**
 * staged-release: one release, from a registered version to the people it serves. Its instance id is the release's.
 *
 * Owns: asking what is next, doing it, and telling what became of it; that it waits without cost, and wakes.
 * Does not own: what is next, and what follows from what was told (shared/release, in the target's entity).
 *
 * Invariants
 * 1. It keeps nothing that the entity does not: started again, or continued as new, it asks and goes on.
 * 2. An outage is waited out and stops nothing that goes back; a look at checks that cannot be taken is one that cannot
 *    say.
 * 3. What the ledger says of a release is written whenever its state, its stage or its question has changed.
 * 4. It waits for nobody who is told of it.
 */
import * as df from 'durable-functions';
import type { EndedRelease, ReleaseRow } from '../shared/domain/release-state.ts';
import type { EndAction, ReleaseAction } from '../shared/release/transitions/deeds.ts';
import { askFleet, askModel } from './ask-model.ts';
import { askTarget } from './ask-target.ts';
import { afterwards } from './insist.ts';
import { endless, none, sleepUntil } from './patience.ts';
import { type ReleaseWalk, releaseWokenEvent, type StagedReleaseInput } from './release-walk.ts';
import { startNotices } from './start-notices.ts';
import { takeAction } from './take-action.ts';
import { messageOf, now, StepFailure, takeStep } from './take-step.ts';

/** After so many rounds it goes on with a history of its own. */
const roundsAtMost = 100;
/** What a service that is away is given before the release asks again what is next. */
const outageMs = 600_000;
const againMs = 60_000;

df.app.orchestration('staged-release', function* (context) {
  const input = context.df.getInput<StagedReleaseInput>();
  if (!input) throw new Error('staged-release was started without a release');
  const walk: ReleaseWalk = { ...input, context, woken: context.df.waitForExternalEvent(releaseWokenEvent) };
  let told = input.told ?? '';
  let noticed = input.noticed ?? [];
  for (let round = 0; round < roundsAtMost; round++) {
    if (walk.woken.isCompleted) walk.woken = context.df.waitForExternalEvent(releaseWokenEvent);
    const { action, row, notices = [] } = yield* askNext(walk, noticed);
    if (row) told = yield* record(context, row, told);
    // What it ends with is told before it is over; all else is tried again at the next round.
    noticed = yield* startNotices(context, notices, noticed, action.do === 'end' ? endless : none);
    if (action.do === 'end') return yield* end(context, action);
    // Something was ordered since: what is next is another thing now.
    if (walk.woken.isCompleted) continue;
    if (action.do === 'wait') yield* sleepUntil(context, Date.parse(action.until), walk.woken);
    else yield* act(walk, action);
  }
  context.df.continueAsNew({ ...input, told, ...(noticed.length > 0 && { noticed }) });
  return null;
});

/** What is next; what would go forward is asked about first. */
function* askNext(walk: ReleaseWalk, told: readonly string[]) {
  const { context, target, releaseId } = walk;
  const noticed = told.length > 0 && { noticed: told };
  const first = yield* askTarget(context, target, 'next', { releaseId, now: now(context), ...noticed });
  if (first.action.do !== 'ask-hold') return first;
  const hold = yield* findHold(walk);
  return yield* askTarget(context, target, 'next', { releaseId, now: now(context), hold, ...noticed });
}

/** What keeps a release from going forward: the kill switch, a freeze. */
function* findHold({ context, model, freezes }: ReleaseWalk): Generator<df.Task, string | null, unknown> {
  const { stop } = yield* askFleet(context, 'askSwitch', { now: now(context) });
  if (stop) return stop.because;
  const { freeze } = yield* askModel(context, model.name, 'askFreeze', { freezes, now: now(context) });
  return freeze?.because ?? null;
}

function* act(
  walk: ReleaseWalk,
  action: Exclude<ReleaseAction, { do: 'wait' | 'end' }>,
): Generator<df.Task, void, unknown> {
  const { context, target, releaseId, woken } = walk;
  if (action.do === 'ask-hold') throw new Error('a hold was asked for twice');
  // The endpoint is watched while a look at labelled rows cannot be taken.
  const isPatient = !action.do.endsWith('-trial');
  const untilMs = context.df.currentUtcDateTime.getTime() + (isPatient ? outageMs : 0);
  try {
    const event = yield* takeAction(walk, action, { untilMs, stop: woken, listens: true });
    yield* askTarget(context, target, 'tell', { releaseId, now: now(context), ...event });
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    // Woken: something is ordered, and asked about at once.
    if (!error.isFinal && woken.isCompleted) return;
    const why = messageOf(error);
    if (error.isFinal || action.do === 'look')
      yield* askTarget(context, target, 'tell', {
        releaseId,
        now: now(context),
        event: 'refused',
        did: action.do,
        why,
      });
    else {
      if (!context.df.isReplaying) context.error(`release ${releaseId}: ${action.do}: ${why}`);
      yield* sleepUntil(context, context.df.currentUtcDateTime.getTime() + againMs, woken);
    }
  }
}

/** Writes the row where it says something else than before; answers what it says. */
function* record(
  context: df.OrchestrationContext,
  row: ReleaseRow,
  told: string,
): Generator<df.Task, string, unknown> {
  const { state, stage, step, asks, sentence, approvals, lastLook } = row;
  context.df.setCustomStatus({ state, stage, step, asks, sentence });
  const says = [state, stage, step, asks, sentence, approvals.length, lastLook?.verdict].join(' ');
  if (says === told) return told;
  yield* afterwards(context, `recording release ${row.releaseId}`, () =>
    takeStep(context, 'record-release', row),
  );
  return says;
}

function* end(
  context: df.OrchestrationContext,
  { ended, wake }: EndAction,
): Generator<df.Task, EndedRelease, unknown> {
  yield* afterwards(context, `waking ${wake.join(', ')}`, () =>
    takeStep(context, 'wake-releases', { releases: wake }),
  );
  return ended;
}
