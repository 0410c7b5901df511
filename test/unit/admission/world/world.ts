/**
 * A small world around the pure policy: models and their fleet, signals whose admissions take their steps one at a
 * time and in any order, runs that end, die or are given up, operators, and a clock that may be set back.
 *
 * It takes the same steps as the orchestrations (offer-once.ts, admit-signal.ts, settle.ts, watch-runs.ts), each of
 * them a moment at which something else may come in between. It keeps its own books of what was admitted, so that the
 * rules can be checked without asking the policy.
 */

import { decideAdmission } from '../../../../shared/admission/decide-admission.ts';
import {
  findStalePlaces,
  operateFleet,
  requestPlace,
  returnPlace,
} from '../../../../shared/admission/fleet.ts';
import { asOfArrival } from '../../../../shared/admission/mend-times.ts';
import { operateModel } from '../../../../shared/admission/operate.ts';
import { unanswered } from '../../../../shared/admission/pending.ts';
import { describeFleet } from '../../../../shared/admission/place-request.ts';
import type { AdmissionResult, Offer } from '../../../../shared/admission/question.ts';
import { settleRun } from '../../../../shared/admission/settle-run.ts';
import { takeRecovery } from '../../../../shared/admission/take-recovery.ts';
import { parseDurationMs } from '../../../../shared/config/duration.ts';
import type { FleetPolicy } from '../../../../shared/config/fleet-schema.ts';
import type { DataTrigger, Policy } from '../../../../shared/config/schema.ts';
import type { Admission } from '../../../../shared/domain/decision.ts';
import { type FleetState, newFleetState } from '../../../../shared/domain/fleet-state.ts';
import { type ModelState, newModelState } from '../../../../shared/domain/model-state.ts';
import type { ModelAction } from '../../../../shared/domain/operation.ts';
import type { RunOutcome } from '../../../../shared/domain/run.ts';

export interface ModelSetup {
  readonly name: string;
  readonly policy: Policy;
  readonly data: DataTrigger;
  readonly estimateHours: number;
}

export type SignalFacts = Offer['signal'];

export interface AdmittedRun {
  readonly runId: string;
  readonly model: string;
  readonly signal: SignalFacts;
  atMs: number;
  /** When the fleet reserved its place and hours: its budget counts from there. */
  reservedAtMs: number;
  readonly estimateHours: number;
  /** Hours it took, once it has settled with a figure. */
  hours: number | undefined;
  /** Whether its orchestration is alive: not ended, and not killed. */
  alive: boolean;
  endedAtMs: number | undefined;
  cancelled: boolean;
  /** Whether its model was freed although nobody had settled it. */
  givenUp: boolean;
}

type Step = 'offer' | 'request' | 'offer-with-grant' | 'asleep' | 'over';

interface Admitting {
  readonly model: string;
  readonly signal: SignalFacts;
  readonly offeredAtMs: number;
  step: Step;
  input: Offer | undefined;
  requestedAtMs: number;
  wakeAtMs: number;
  alive: boolean;
}

export class World {
  readonly setups: readonly ModelSetup[];
  readonly fleetPolicy: FleetPolicy | null;
  readonly models = new Map<string, ModelState>();
  fleet: FleetState = newFleetState;
  nowMs: number;
  /** The latest the clock has shown before it was set back. */
  latestMs = 0;
  readonly admitting: Admitting[] = [];
  readonly runs: AdmittedRun[] = [];
  /** Every final answer, by signal: there must be one. */
  readonly answers = new Map<string, Admission[]>();
  readonly signals = new Map<string, { model: string; signal: SignalFacts; sinceMs: number }>();
  /** Signals that slept, or had a fate, and were not remembered as deferred: there must be none. */
  readonly unremembered: string[] = [];
  /** Called when a run is admitted, with the state before and the world's books. */
  readonly #onAdmitted: (world: World, run: AdmittedRun, before: ModelState) => void;

  constructor(
    setups: readonly ModelSetup[],
    fleetPolicy: FleetPolicy | null,
    startMs: number,
    onAdmitted: (world: World, run: AdmittedRun, before: ModelState) => void,
  ) {
    this.setups = setups;
    this.fleetPolicy = fleetPolicy;
    this.nowMs = startMs;
    this.#onAdmitted = onAdmitted;
    for (const { name } of setups) this.models.set(name, newModelState);
  }

  get now(): string {
    return new Date(this.nowMs).toISOString();
  }

  pass(ms: number): void {
    this.nowMs += ms;
  }

  /** The clock is set back. The books go by the new one: what has been is no later than now. */
  setBack(ms: number): void {
    this.latestMs = Math.max(this.latestMs, this.nowMs);
    this.nowMs -= ms;
    const atMost = (at: number): number => Math.min(at, this.nowMs);
    for (const run of this.runs) {
      run.atMs = atMost(run.atMs);
      run.reservedAtMs = atMost(run.reservedAtMs);
    }
    for (const process of this.admitting) process.requestedAtMs = atMost(process.requestedAtMs);
    for (const known of this.signals.values()) known.sinceMs = atMost(known.sinceMs);
  }

  setup(model: string): ModelSetup {
    return this.setups.find(({ name }) => name === model)!;
  }

  /** A delivery: while its orchestration is under way, another one starts nothing. */
  deliver(model: string, signal: SignalFacts): void {
    const sinceMs = this.signals.get(signal.id)?.sinceMs ?? this.nowMs;
    this.signals.set(signal.id, { model, signal, sinceMs });
    if (this.admitting.some((known) => known.signal.id === signal.id && known.alive)) return;
    this.admitting.push({
      model,
      signal,
      offeredAtMs: this.nowMs,
      step: 'offer',
      input: undefined,
      requestedAtMs: 0,
      wakeAtMs: 0,
      alive: true,
    });
  }

  /** A redelivery is offered at once: one that lay about for longer than signals are remembered would pass for new. */
  deliverAgain(model: string, signal: SignalFacts): void {
    const count = this.admitting.length;
    this.deliver(model, signal);
    const added = this.admitting[count];
    if (added) this.step(added);
  }

  /** Those that can take a step now. */
  runnable(): Admitting[] {
    return this.admitting.filter(
      ({ alive, step, wakeAtMs }) => alive && (step !== 'asleep' || wakeAtMs <= this.nowMs),
    );
  }

  step(process: Admitting): unknown {
    switch (process.step) {
      case 'asleep':
      case 'offer':
        return this.#offer(process);
      case 'request':
        return this.#request(process);
      case 'offer-with-grant':
        return this.#offerWithGrant(process);
      case 'over':
        return undefined;
    }
  }

  #offer(process: Admitting): void {
    const { policy, data, estimateHours } = this.setup(process.model);
    process.input = {
      signal: process.signal,
      runId: `${process.model}:${process.signal.id}:${this.now.slice(0, 10)}`,
      now: this.now,
      policy,
      ...(policy.budget && { estimateHours }),
      ...(process.signal.kind === 'data' && { data }),
    };
    const decided = decideAdmission(this.models.get(process.model)!, process.input);
    if ('needsGrant' in decided) process.step = 'request';
    else this.#take(process, decided);
  }

  #request(process: Admitting): void {
    const { policy, estimateHours } = this.setup(process.model);
    const { state, grant } = requestPlace(this.fleet, {
      model: process.model,
      runId: process.input!.runId,
      signal: process.signal.id,
      priority: policy.priority,
      estimateHours,
      offeredAt: new Date(process.offeredAtMs).toISOString(),
      now: this.now,
      ...describeFleet(
        this.fleetPolicy,
        this.setups.map(({ name }) => name),
      ),
    });
    this.fleet = state;
    process.input = { ...process.input!, grant };
    process.requestedAtMs = this.nowMs;
    process.step = 'offer-with-grant';
  }

  #offerWithGrant(process: Admitting): void {
    const input = { ...process.input!, now: this.now };
    const decided = decideAdmission(this.models.get(process.model)!, input);
    if ('needsGrant' in decided) throw new Error('a grant was given and asked for again');
    const { outcome, runId } = decided.admission;
    const started = outcome === 'admitted' && runId === input.runId;
    this.#take(process, decided);
    if (input.grant!.granted && !started) this.#giveBack(input.runId, 0);
  }

  #take(process: Admitting, decided: AdmissionResult): void {
    const { model, signal } = process;
    const before = this.models.get(model)!;
    this.models.set(model, decided.state);
    this.#checkRemembered(decided.state);
    const { admission } = decided;
    this.#giveUp(admission.freedRunId);
    if (admission.freedRunId !== null) this.#giveBack(admission.freedRunId, undefined);
    for (const id of decided.wake) this.#wake(id);
    if (decided.cancelRunId !== null) this.#cancel(decided.cancelRunId);
    if (admission.outcome === 'deferred') {
      process.step = 'asleep';
      process.wakeAtMs = Date.parse(admission.offerAgainAt!);
      if (process.wakeAtMs <= this.nowMs) throw new Error(`deferred to the past: ${admission.sentence}`);
      return;
    }
    process.step = 'over';
    process.alive = false;
    if (decided.repeated) return;
    this.answers.set(signal.id, [...(this.answers.get(signal.id) ?? []), admission]);
    if (admission.outcome !== 'admitted') return;
    const run: AdmittedRun = {
      runId: admission.runId!,
      model,
      signal,
      atMs: this.nowMs,
      reservedAtMs: process.requestedAtMs,
      estimateHours: this.setup(model).estimateHours,
      hours: undefined,
      alive: true,
      endedAtMs: undefined,
      cancelled: false,
      givenUp: false,
    };
    this.#onAdmitted(this, run, before);
    this.runs.push(run);
  }

  #checkRemembered(state: ModelState): void {
    const deferred = state.answered.filter(({ outcome }) => outcome === 'deferred').map(({ id }) => id);
    this.unremembered.push(...unanswered(state).filter((id) => !deferred.includes(id)));
  }

  /** Given up once: the clock may be set back afterwards, and the run is dead all the same. */
  #giveUp(runId: string | null): void {
    const run = this.runs.find((known) => known.runId === runId);
    if (!run) return;
    const lastsMs = 2 * parseDurationMs(this.setup(run.model).policy.longestRun)!;
    if (this.nowMs <= run.atMs + lastsMs) throw new Error(`run ${run.runId} was given up too soon`);
    run.givenUp = true;
  }

  #wake(signalId: string): void {
    for (const process of this.admitting) {
      if (process.signal.id === signalId && process.step === 'asleep') process.wakeAtMs = this.nowMs;
    }
  }

  #cancel(runId: string): void {
    const run = this.runs.find((known) => known.runId === runId);
    if (run) run.cancelled = true;
  }

  #giveBack(runId: string, computeHours: number | undefined): void {
    const { state, wake } = returnPlace(this.fleet, {
      runId,
      ...(computeHours !== undefined && { computeHours }),
    });
    this.fleet = state;
    for (const id of wake) this.#wake(id);
  }

  /** A run comes to its end. Of the hours it may take it took a share; undefined where nobody knows. */
  endRun(run: AdmittedRun, outcome: RunOutcome, share: number | undefined): void {
    const computeHours = share === undefined ? undefined : share * run.estimateHours;
    run.alive = false;
    run.endedAtMs = this.nowMs;
    const champion = outcome === 'released' ? { name: run.model, version: run.runId, modelUri: 'x' } : null;
    const settled = settleRun(this.models.get(run.model)!, {
      runId: run.runId,
      outcome: run.cancelled && outcome !== 'released' ? 'cancelled' : outcome,
      champion,
      now: this.now,
      ...(computeHours !== undefined && { computeHours }),
    });
    run.hours = computeHours;
    this.models.set(run.model, settled.state);
    if (settled.granted) this.#giveBack(run.runId, computeHours);
    for (const id of settled.wake) this.#wake(id);
  }

  /** Somebody purges a run and the admission that started it: neither settles any more. */
  killRun(run: AdmittedRun): void {
    run.alive = false;
    run.endedAtMs = this.nowMs;
  }

  killSleeper(process: Admitting): void {
    process.alive = false;
  }

  recover(model: string, cause: string, observedAt: string): void {
    const { state, wake } = takeRecovery(this.models.get(model)!, {
      cause,
      observedAt: asOfArrival(observedAt, this.now),
      summary: 'It is good.',
    });
    this.models.set(model, state);
    for (const id of wake) this.#wake(id);
  }

  operate(model: string, action: ModelAction): void {
    const word = { by: 'jane', reason: 'because', now: this.now };
    const { state, wake, cancelRunId } = operateModel(this.models.get(model)!, action, word);
    this.models.set(model, state);
    for (const id of wake) this.#wake(id);
    if (cancelRunId !== null) this.#cancel(cancelRunId);
  }

  switchFleet(action: 'stop' | 'resume'): void {
    this.fleet = operateFleet(this.fleet, { action }, { by: 'jane', reason: 'because', now: this.now }).state;
  }

  /** The watchdog: frees what nobody settles, and revives what nobody carries. */
  watch(): void {
    for (const [model, state] of this.models) {
      const { live } = state;
      const run = live && this.runs.find((known) => known.runId === live.runId);
      if (run && !run.alive) this.endRun(run, 'lost', undefined);
      for (const id of unanswered(this.models.get(model)!)) {
        if (!this.admitting.some((process) => process.signal.id === id && process.alive)) {
          this.deliver(model, this.signals.get(id)!.signal);
        }
      }
    }
    const live = new Map([...this.models].map(([model, state]) => [model, state.live?.runId ?? null]));
    const asking = new Set(
      this.admitting.filter(({ step }) => step === 'offer-with-grant').map((p) => p.input!.runId),
    );
    for (const { runId } of findStalePlaces(this.fleet, live, new Date(this.nowMs + 1).toISOString())) {
      if (!asking.has(runId)) this.#giveBack(runId, undefined);
    }
  }

  nextWakeMs(): number | undefined {
    const asleep = this.admitting.filter(({ alive, step }) => alive && step === 'asleep');
    return asleep.length === 0 ? undefined : Math.min(...asleep.map(({ wakeAtMs }) => wakeAtMs));
  }
}
