/**
 * One model with its fleet on the clock of a play: offers, waits, runs and who serves.
 *
 * Owns: which signals wait, and the runs. Does not own: what is decided: everything is asked of the operations of the
 * entities, in the order that orchestrations ask them (offer-flow.ts, free-flow.ts of shared/admission).
 */
import type { PinnedSignal } from '../admission/describe-offer.ts';
import type { OfferAnswer } from '../admission/entities.ts';
import { freeModel } from '../admission/free-flow.ts';
import { asOfArrival } from '../admission/mend-times.ts';
import { type Asks, offerOnce, offerUntilFinal } from '../admission/offer-flow.ts';
import type { OperatorWord } from '../admission/operate.ts';
import { type AskedFleet, describeFleet } from '../admission/place-request.ts';
import { cameKeys } from '../config/came-keys.ts';
import { countSureRules, togetherOf } from '../config/sure-rules.ts';
import type { Admission } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { FleetAction, ModelAction } from '../domain/operation.ts';
import type { RunOutcome } from '../domain/run.ts';
import type { Recovery, Signal } from '../domain/signal.ts';
import { holdTogether } from '../signals/hold-together.ts';
import { Agenda } from './agenda.ts';
import { EntitiesAtPlay } from './entities-at-play.ts';
import { planRun, type RunPlan } from './plan-run.ts';
import type { PlayInput } from './play-input.ts';
import type { Played, PlayedDecision, PlayedRun, Served, Wait } from './played.ts';
import { atOnce, finish, type Sleep, Sleepers, type Steps } from './sleepers.ts';

type Run = { -readonly [Key in keyof PlayedRun]: PlayedRun[Key] } & { readonly plan: RunPlan };
type OtherRun = { readonly model: string; readonly runId: string; readonly hours: number | null };

export class ModelAtPlay {
  readonly agenda = new Agenda();
  nowMs = 0;
  readonly #input: PlayInput;
  readonly #entities: EntitiesAtPlay;
  readonly #sleepers = new Sleepers(this.agenda, () => this.nowMs);
  readonly #seen = new Set<string>();
  readonly #decisions: PlayedDecision[] = [];
  readonly #waiting = new Map<string, PlayedDecision>();
  readonly #runs = new Map<string, Run>();
  readonly #served: Served[] = [];
  readonly #asks: Asks<Sleep>;
  readonly #fleet: AskedFleet;

  /** `onChampion` is called after another version has come to serve. */
  constructor(input: PlayInput, onChampion: () => void) {
    this.#input = input;
    this.#fleet = describeFleet(input.fleet.policy, input.fleet.models);
    this.#entities = new EntitiesAtPlay(() => {
      this.#noteChampion();
      onChampion();
    });
    this.#asks = {
      now: () => this.now,
      model: (operation, asked) => atOnce(() => this.#entities.askModel(operation, asked)),
      fleet: (operation, asked) => atOnce(() => this.#entities.askFleet(operation, asked)),
      readFleet: () => atOnce(() => this.#fleet),
      wake: (signals) => atOnce(() => this.#wake(signals)),
      afterwards: function* (_what, attempt) {
        yield* attempt();
      },
    };
  }

  get now(): string {
    return new Date(this.nowMs).toISOString();
  }

  get state(): ModelState {
    return this.#entities.model;
  }

  /** Which versions have served so far, and what ran. */
  get served(): readonly Served[] {
    return this.#served;
  }

  get runs(): readonly PlayedRun[] {
    return [...this.#runs.values()];
  }

  #wake(signals: readonly string[]): void {
    for (const id of signals) this.#sleepers.wake(id);
  }

  /** A redelivery starts nothing. */
  offer(signal: Signal, rejected: Admission | undefined): void {
    if (this.#seen.has(signal.id)) return;
    this.#seen.add(signal.id);
    if (rejected) this.#decisions.push(this.#describe(signal, this.now, rejected, []));
    else this.#sleepers.start(signal.id, this.#admit(this.#hold(signal), this.now));
  }

  #hold(signal: Signal): PinnedSignal {
    const { pinned, fleet } = this.#input;
    const rules = (fleet.otherSureRules ?? 0) + countSureRules([pinned.config]);
    return { signal: holdTogether(signal, togetherOf(fleet.policy, rules)), pinned };
  }

  *#admit(offer: PinnedSignal, offeredAt: string): Steps {
    const { signal } = offer;
    const waits: Wait[] = [];
    const answer = yield* offerUntilFinal<Sleep, never>({
      offer: () => this.#offer(offer, offeredAt, waits),
      record: function* () {},
      sleepUntil: function* (untilMs) {
        yield { untilMs };
      },
    });
    if (answer.repeated) return;
    this.#waiting.delete(signal.id);
    this.#decisions.push(this.#describe(signal, offeredAt, answer.admission, waits));
    if (answer.admission.outcome === 'admitted') this.#startRun(signal, answer);
  }

  *#offer(offer: PinnedSignal, offeredAt: string, waits: Wait[]): Steps<{ value: OfferAnswer }> {
    const follow = ({ cancelRunId }: OfferAnswer) => atOnce(() => this.#cancel(cancelRunId));
    const value = yield* offerOnce(this.#asks, offer, offeredAt, follow);
    const { admission } = value;
    const isDeferred = admission.outcome === 'deferred';
    const last = waits.at(-1);
    if (isDeferred && last?.reason === admission.reason) return { value };
    if (last) waits[waits.length - 1] = { ...last, until: this.now };
    if (isDeferred) {
      waits.push({ reason: admission.reason, from: this.now, until: null });
      this.#waiting.set(offer.signal.id, this.#describe(offer.signal, offeredAt, admission, waits));
    }
    return { value };
  }

  #describe(
    { id: signalId, kind, summary }: Signal,
    offeredAt: string,
    admission: Admission,
    waits: readonly Wait[],
  ): PlayedDecision {
    const { outcome, reason, sentence, changedBy, runId, joinedSignalId = null } = admission;
    const said = { outcome, reason, sentence, changedBy, runId, joined: joinedSignalId };
    return { signalId, kind, summary, offeredAt, decidedAt: this.now, ...said, waits };
  }

  #startRun(signal: Signal, { admission, kept }: OfferAnswer): void {
    const { history, assumptions } = this.#input;
    const runId = admission.runId!;
    const plan = planRun(history, assumptions, runId, this.nowMs);
    const run: Run = {
      runId,
      signalId: signal.id,
      kind: signal.kind === 'registry' ? 'promote' : kept ? 'reevaluate' : 'retrain',
      startedAt: this.now,
      endedAt: null,
      outcome: null,
      hours: plan.hours,
      isRecorded: plan.isRecorded,
      version: null,
      plan,
    };
    this.#runs.set(runId, run);
    if (plan.endMs !== null) this.agenda.add(plan.endMs, () => this.#endRun(run, plan.outcome));
  }

  #endRun(run: Run, outcome: RunOutcome): void {
    if (run.endedAt !== null) return;
    const { runId, plan, hours } = run;
    run.endedAt = this.now;
    run.outcome = outcome;
    if (outcome === 'released' || outcome === 'candidate') run.version = plan.version;
    const challenger = this.#versionOf(plan.version, runId);
    const settlement = {
      runId,
      outcome,
      champion: outcome === 'released' ? challenger : null,
      now: this.now,
      ...(hours !== null && { computeHours: hours }),
      ...(plan.kept && { keep: { version: challenger, times: 1 } }),
    };
    finish(freeModel(this.#asks, { settlement, evenIfFreed: true }, function* () {}));
  }

  /** One that took place and was cancelled ends when it did; another at once. */
  #cancel(runId: string | null): void {
    const run = runId === null ? undefined : this.#runs.get(runId);
    if (!run || run.endedAt !== null || run.plan.outcome === 'cancelled') return;
    const elapsed = (this.nowMs - Date.parse(run.startedAt)) / 3_600_000;
    if (run.hours !== null) run.hours = Math.min(run.hours, elapsed);
    this.agenda.add(this.nowMs, () => this.#endRun(run, 'cancelled'));
  }

  /** Whether another model's run has a slot of the fleet now. */
  takePlace({ model, runId, hours }: OtherRun): boolean {
    const { now } = this;
    const place = { model, runId, signal: '', priority: 9, estimateHours: hours ?? 0, offeredAt: now, now };
    return this.#entities.askFleet('request', { ...place, ...this.#fleet }).grant.granted;
  }

  returnPlace({ runId, hours }: OtherRun): void {
    const place = { runId, ...(hours !== null && { computeHours: hours }) };
    this.#wake(this.#entities.askFleet('return', place).wake);
  }

  recover({
    id,
    cause,
    observedAt,
    summary,
    evidence,
  }: Pick<Recovery, 'id' | 'cause' | 'observedAt' | 'summary' | 'evidence'>): void {
    if (this.#seen.has(id)) return;
    this.#seen.add(id);
    const came = cameKeys(this.#input.pinned.config.triggers, { cause });
    const note = {
      cause,
      ...(came.length > 0 && { came }),
      observedAt: asOfArrival(observedAt, this.now),
      summary,
      ...(evidence && { evidence }),
    };
    this.#wake(this.#entities.askModel('recover', note).wake);
  }

  operate(action: ModelAction, word: OperatorWord): void {
    const { wake, cancelRunId } = this.#entities.askModel('operate', { action, word });
    this.#cancel(cancelRunId);
    this.#wake(wake);
  }

  operateFleet(action: FleetAction, word: OperatorWord): void {
    this.#entities.askFleet('operate', { action, word });
  }

  /** A release says which version serves. One of a run that is none of this play says nothing of it. */
  crown(version: string, runId: string | null): void {
    const isOwn = runId === null ? this.#runs.size === 0 : this.#runs.has(runId);
    const current = this.state.champion?.runId;
    const isAssumed = current !== undefined && this.#runs.get(current)?.isRecorded === false;
    if (!isOwn || isAssumed) return;
    const champion = this.#versionOf(version, runId);
    this.#entities.askModel('crown', { champion, isForward: true, now: this.now });
  }

  #versionOf(version: string, runId: string | null) {
    return { name: this.#input.pinned.config.model, version, modelUri: '', ...(runId !== null && { runId }) };
  }

  #noteChampion(): void {
    const { champion } = this.state;
    if (!champion) return;
    const known = this.#input.history.versions.find(({ version }) => version === champion.version);
    const run = champion.runId === undefined ? undefined : this.#runs.get(champion.runId);
    const trainedAt = run?.startedAt ?? known?.trainedAt ?? null;
    this.#served.push({ from: this.now, version: champion.version, trainedAt });
  }

  finish(untilMs: number): Pick<Played, 'decisions' | 'runs' | 'served'> {
    this.nowMs = untilMs;
    const runs = [...this.#runs.values()].map(({ plan: _, ...run }) => run);
    return { decisions: [...this.#decisions, ...this.#waiting.values()], runs, served: this.#served };
  }
}
