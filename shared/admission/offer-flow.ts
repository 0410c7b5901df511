/**
 * The way of a signal through its model and the fleet to its answer: the order in which the entities are asked.
 *
 * Owns: that order, and that a place which is not needed goes back. Does not own: how the entities are reached, slept and
 * recorded: an orchestration yields durable tasks for that, a backtest (shared/backtest) asks at once and sleeps on its own
 * clock. `Step` is what either of them yields.
 *
 * Invariants
 * 1. Once the model has answered, nothing that fails afterwards takes the answer back.
 * 2. A deferral is recorded when it has another reason than the one before, and replaced by the final answer.
 */
import type { Admission } from '../domain/decision.ts';
import { describeOffer, describePlace, type PinnedSignal } from './describe-offer.ts';
import type { Accepted, FleetOperations, ModelOperations, OfferAnswer } from './entities.ts';
import { makeRunId } from './make-run-id.ts';
import type { AskedFleet } from './place-request.ts';
import type { Offer } from './question.ts';

/** Whoever can ask the entities. */
export interface Asks<Step> {
  /** ISO 8601, UTC. */
  now(): string;
  model<Name extends keyof ModelOperations>(
    operation: Name,
    input: ModelOperations[Name]['input'],
  ): Generator<Step, Accepted<ModelOperations[Name]['output']>, unknown>;
  fleet<Name extends keyof FleetOperations>(
    operation: Name,
    input: FleetOperations[Name]['input'],
  ): Generator<Step, Accepted<FleetOperations[Name]['output']>, unknown>;
  readFleet(): Generator<Step, AskedFleet, unknown>;
  /** Has signals that sleep offered again at once. */
  wake(signals: readonly string[]): Generator<Step, void, unknown>;
  /** What must not undo an answer: where it fails, that is said, and everything goes on. */
  afterwards(what: string, attempt: () => Generator<Step, unknown, unknown>): Generator<Step, void, unknown>;
}

/** One offer, and what follows from it at once. `follow` ends a run that was found dead, or makes room for the new one. */
export function* offerOnce<Step>(
  asks: Asks<Step>,
  offer: PinnedSignal,
  offeredAt: string,
  follow: (answer: OfferAnswer) => Generator<Step, void, unknown>,
): Generator<Step, OfferAnswer, unknown> {
  const { signal } = offer;
  const input = describeOffer(offer, makeRunId(signal.model, signal.id, asks.now()), asks.now());
  const first = yield* asks.model('offer', input);
  const answer = 'needsGrant' in first ? yield* offerWithGrant(asks, offer, input, offeredAt) : first;
  const { freedRunId } = answer.admission;
  yield* asks.afterwards(`what follows from the answer to signal ${signal.id}`, function* () {
    const freed = freedRunId === null ? null : yield* asks.fleet('return', { runId: freedRunId });
    yield* asks.wake([...(answer.wake ?? []), ...(freed?.wake ?? [])]);
    yield* follow(answer);
  });
  return answer;
}

function* offerWithGrant<Step>(
  asks: Asks<Step>,
  offer: PinnedSignal,
  input: Offer,
  offeredAt: string,
): Generator<Step, OfferAnswer, unknown> {
  const { runId } = input;
  const fleet = yield* asks.readFleet();
  const place = describePlace(offer, { runId, offeredAt, now: asks.now(), ...fleet });
  const { grant } = yield* asks.fleet('request', place);
  const answer = yield* offerAgain(asks, offer.signal.model, { ...input, now: asks.now(), grant });
  const admitted = answer.admission.outcome === 'admitted' && answer.admission.runId === runId;
  if (!grant.granted || admitted) return answer;
  const woken: string[] = [];
  yield* asks.afterwards(`giving back the slot of run ${runId}`, function* () {
    const returned = yield* asks.fleet('return', { runId, computeHours: 0 });
    woken.push(...returned.wake);
  });
  return { ...answer, wake: [...answer.wake, ...woken] };
}

/** Where the model cannot answer, the place goes back: the next try asks for one anew. */
function* offerAgain<Step>(
  asks: Asks<Step>,
  model: string,
  input: Offer,
): Generator<Step, OfferAnswer, unknown> {
  try {
    const answer = yield* asks.model('offer', input);
    if ('needsGrant' in answer) throw new Error(`model ${model} asks for a grant that it has been given`);
    return answer;
  } catch (error) {
    if (input.grant?.granted) {
      yield* asks.afterwards(`giving back the slot of run ${input.runId}`, () =>
        asks.fleet('return', { runId: input.runId, computeHours: 0 }),
      );
    }
    throw error;
  }
}

interface Offering<Step, Failed> {
  /** Offers once; fails only where it is given up. */
  offer(): Generator<Step, { readonly value: OfferAnswer } | Failed, unknown>;
  record(admission: Admission): Generator<Step, void, unknown>;
  /** Until the moment, or until something that may have ended its wait wakes it. */
  sleepUntil(ms: number): Generator<Step, void, unknown>;
}

/** Offers the signal, sleeping while it is deferred, until there is a final answer. */
export function* offerUntilFinal<Step, Failed extends { readonly failure: unknown }>(
  offering: Offering<Step, Failed>,
): Generator<Step, OfferAnswer | Failed, unknown> {
  let recorded: string | undefined;
  for (;;) {
    const offered = yield* offering.offer();
    if ('failure' in offered) return offered;
    const { admission } = offered.value;
    const { outcome, offerAgainAt, reason } = admission;
    if (outcome !== 'deferred' || offerAgainAt === null) return offered.value;
    if (reason !== recorded) yield* offering.record(admission);
    recorded = reason;
    yield* offering.sleepUntil(Date.parse(offerAgainAt));
  }
}
