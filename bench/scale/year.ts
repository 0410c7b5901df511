/**
 * A year of many models, on a clock of its own: what they report, what schedules ask for, which runs come of it.
 *
 * Owns: the clock, what is reported, how runs end. Does not own: any decision. Reports and schedules go through the parsers of the
 * service, signals through the flow that orchestrations take, to the operations of the entities.
 */
import type { PinnedSignal } from '../../shared/admission/describe-offer.ts';
import type { OfferAnswer } from '../../shared/admission/entities.ts';
import { freeModel } from '../../shared/admission/free-flow.ts';
import { modelOperations } from '../../shared/admission/model-operations.ts';
import { type Asks, offerOnce, offerUntilFinal } from '../../shared/admission/offer-flow.ts';
import { describeFleet } from '../../shared/admission/place-request.ts';
import { Agenda } from '../../shared/backtest/agenda.ts';
import { atOnce, finish, type Sleep, Sleepers, type Steps } from '../../shared/backtest/sleepers.ts';
import { FleetSchema } from '../../shared/config/fleet-schema.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import { type ModelState, newModelState } from '../../shared/domain/model-state.ts';
import type { Run } from '../../shared/domain/run.ts';
import type { Recovery, Signal } from '../../shared/domain/signal.ts';
import { seedRandom } from '../../shared/gates/statistics/random.ts';
import { findDueSignals, listKeys, type ScheduleScan } from '../../shared/signals/due-schedules.ts';
import { judgeReport } from '../../shared/signals/parse-metric-report.ts';
import { type FleetFigures, MeasuredFleet } from './measured-fleet.ts';

export const yearStartMs = Date.parse('2026-01-05T00:00:00.000Z');
export const dayMs = 86_400_000;
const minuteMs = 60_000;
const weekMs = 7 * dayMs;
/** Within so long all of them report, at the beginning of the week. */
const morningMs = 6 * 3_600_000;
/** So many reports are of a bad week; and in one week of the year three in ten are, for whatever they all rest on has broken. */
const [badShare, brokenShare] = [0.08, 0.3];
const brokenWeek = 26;
/** Of what a fleet of this size runs at once. */
const modelsPerSlot = 50;
const weighOneIn = 50;

/** What the ledger is told: final answers, and runs that have ended. */
export interface Told {
  decision(decision: Decision): void;
  run(run: Run): void;
}

/** What was done, and what it took. */
export interface YearFigures {
  readonly reports: number;
  readonly modelBytes: { readonly largest: number; readonly mean: number };
  readonly fleet: FleetFigures;
  /** The longest that a signal waited for its answer, in days. */
  readonly longestWaitDays: number;
}

interface Model {
  readonly pinned: PinnedModel;
  readonly offsetMs: number;
  /** At every step; the others at the end. */
  readonly isWeighed: boolean;
  state: ModelState;
  scan: ScheduleScan;
  versions: number;
}

export class Year {
  readonly #agenda = new Agenda();
  #nowMs = yearStartMs;
  readonly #sleepers = new Sleepers(this.#agenda, () => this.#nowMs);
  readonly #models: ReadonlyMap<string, Model>;
  readonly #fleetFile;
  readonly #told: Told;
  readonly #random;
  readonly #fleet = new MeasuredFleet();
  #reports = 0;
  #largestModel = 0;
  #longestWaitMs = 0;

  constructor(models: readonly PinnedModel[], seed: string, told: Told) {
    this.#told = told;
    this.#random = seedRandom(seed);
    const lookedAt = new Date(yearStartMs).toISOString();
    this.#models = new Map(
      models.map((pinned, index) => {
        const scan = { lookedAt, known: listKeys(pinned.config) };
        const offsetMs = Math.floor((index * morningMs) / models.length);
        const isWeighed = index % weighOneIn === 0;
        const model = { pinned, offsetMs, isWeighed, state: newModelState, scan, versions: 0 };
        return [pinned.config.model, model];
      }),
    );
    const policy = FleetSchema.parse({
      maximumConcurrentRuns: Math.ceil(models.length / modelsPerSlot),
      budget: { window: 'P30D', computeHours: models.length },
    });
    this.#fleetFile = describeFleet(policy, this.#models.keys());
    for (const model of this.#models.values()) {
      this.#agenda.add(yearStartMs + model.offsetMs, () => this.#report(model, 0));
    }
  }

  /** Everything that happens before a moment. */
  playUntil(untilMs: number): void {
    for (let entry = this.#agenda.take(untilMs); entry; entry = this.#agenda.take(untilMs)) {
      this.#nowMs = entry.atMs;
      entry.act();
    }
    this.#nowMs = untilMs;
  }

  figures(): YearFigures {
    const sizes = [...this.#models.values()].map(({ state }) => Buffer.byteLength(JSON.stringify(state)));
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    return {
      reports: this.#reports,
      modelBytes: { largest: Math.max(this.#largestModel, ...sizes), mean },
      fleet: this.#fleet.figures(),
      longestWaitDays: this.#longestWaitMs / dayMs,
    };
  }

  get #now(): string {
    return new Date(this.#nowMs).toISOString();
  }

  /** A report of the week; schedules are looked at by the same entry. */
  #report(model: Model, week: number): void {
    const { pinned } = model;
    const isBad = this.#random.unit() < (week === brokenWeek ? brokenShare : badShare);
    const report = {
      window: `week-${week}`,
      observedAt: this.#now,
      sample: 2_000,
      metrics: { accuracy: isBad ? 0.84 : 0.93 },
    };
    this.#reports++;
    const { breaches, recoveries } = judgeReport(report, pinned);
    for (const { recovery } of recoveries) this.#recover(model, recovery);
    for (const { signal } of breaches) this.#offer(model, signal);
    for (const signal of findDueSignals(pinned.config, model.state, model.scan, this.#now)) {
      this.#offer(model, signal);
    }
    model.scan = { ...model.scan, lookedAt: this.#now };
    this.#agenda.add(this.#nowMs + weekMs, () => this.#report(model, week + 1));
  }

  #recover(model: Model, { cause, observedAt, summary }: Recovery): void {
    const note = { cause, observedAt: observedAt ?? this.#now, summary };
    const { state, answer } = modelOperations.recover(model.state, note);
    this.#keep(model, state);
    this.#wake(answer.wake);
  }

  #offer(model: Model, signal: Signal): void {
    this.#sleepers.start(signal.id, this.#admit(model, { signal, pinned: model.pinned }));
  }

  *#admit(model: Model, offer: PinnedSignal): Steps {
    const offeredAt = this.#now;
    const asks = this.#asks(model);
    const answer = yield* offerUntilFinal<Sleep, never>({
      offer: function* () {
        return { value: yield* offerOnce(asks, offer, offeredAt, () => atOnce(() => {})) };
      },
      record: () => atOnce(() => {}),
      sleepUntil: function* (untilMs) {
        yield { untilMs };
      },
    });
    this.#longestWaitMs = Math.max(this.#longestWaitMs, this.#nowMs - Date.parse(offeredAt));
    if (answer.repeated) return;
    const { signal, pinned } = offer;
    const [decidedAt, { configHash }] = [this.#now, pinned];
    this.#told.decision({ ...answer.admission, signal, offeredAt, decidedAt, configHash });
    if (answer.admission.outcome === 'admitted') this.#startRun(model, signal, answer);
  }

  /** A run takes 10 to 20 minutes and is released two times in three. */
  #startRun(model: Model, signal: Signal, { admission, champion }: OfferAnswer): void {
    const [runId, startedAt] = [admission.runId!, this.#now];
    const lastsMs = (10 + Math.floor(10 * this.#random.unit())) * minuteMs;
    const isReleased = this.#random.unit() < 2 / 3;
    const outcome = isReleased ? 'released' : 'gate-failed';
    const version = String(++model.versions);
    const { config, configHash } = model.pinned;
    const challenger = { name: config.model, version, modelUri: `azureml://jobs/${runId}/outputs/model` };
    const end = (): void => {
      const settlement = {
        runId,
        outcome,
        champion: isReleased ? { ...challenger, runId } : null,
        now: this.#now,
        computeHours: lastsMs / 3_600_000,
      } as const;
      finish(freeModel(this.#asks(model), { settlement }, function* () {}));
      this.#told.run({
        ...{
          runId,
          model: config.model,
          kind: 'retrain',
          signalKind: signal.kind,
          signals: admission.signals,
        },
        ...{ phase: 'settled', outcome, startedAt, endedAt: this.#now, champion, challenger, configHash },
        sentence: isReleased
          ? 'accuracy: gain 0.012 is at least 0.002 (n=4120).'
          : 'accuracy: gain 0.001 is below 0.002 (n=4120).',
        registeredVersion: isReleased ? version : null,
        released: isReleased,
        verdict: isReleased ? 'passed' : 'failed',
      });
    };
    this.#agenda.add(this.#nowMs + lastsMs, end);
  }

  #asks(model: Model): Asks<Sleep> {
    return {
      now: () => this.#now,
      model: (operation, input) =>
        atOnce(() => {
          const { state, answer } = modelOperations[operation](model.state, input);
          this.#keep(model, state);
          return answer;
        }),
      fleet: (operation, input) => atOnce(() => this.#fleet.ask(operation, input)),
      readFleet: () => atOnce(() => this.#fleetFile),
      wake: (signals) => atOnce(() => this.#wake(signals)),
      afterwards: function* (_what, attempt) {
        yield* attempt();
      },
    };
  }

  #keep(model: Model, state: ModelState): void {
    model.state = state;
    if (model.isWeighed) {
      this.#largestModel = Math.max(this.#largestModel, Buffer.byteLength(JSON.stringify(state)));
    }
  }

  #wake(signals: readonly string[]): void {
    for (const id of signals) this.#sleepers.wake(id);
  }
}
