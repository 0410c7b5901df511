/**
 * Plays a history under one model file, on a clock of its own.
 *
 * Owns: the clock, and what happens on it when: facts, operators, schedules, absences, the runs of other models.
 * Does not own: any decision. Signals come from the parsers of the service (facts-of.ts) and go through the flow that
 * orchestrations take to the operations of the entities (model-at-play.ts, shared/admission).
 *
 * Invariants
 * 1. Deterministic: the same history, file and assumptions give the same play, to the byte.
 * 2. Nothing that happens at a moment depends on what the history has of later ones.
 */
import { openCron } from '../config/cron.ts';
import { parseDurationMs } from '../config/duration.ts';
import type { FleetAction, ModelAction } from '../domain/operation.ts';
import {
  adviceSchedule,
  findDueAdvice,
  findDueSignals,
  listKeys,
  type ScheduleScan,
} from '../signals/due-schedules.ts';
import { lookForAbsences } from '../signals/find-absences.ts';
import { type FactLine, factsOf, isFactLine } from './facts-of.ts';
import { findScore } from './history.ts';
import type { HistoryLine, LineOf } from './history-schema.ts';
import { ModelAtPlay } from './model-at-play.ts';
import { PastAtPlay } from './past-at-play.ts';
import type { PlayInput } from './play-input.ts';
import type { Played, SeenWindow } from './played.ts';

const minuteMs = 60_000;

export function playPolicy(input: PlayInput): Played {
  return new Play(input).run();
}

class Play {
  readonly #input: PlayInput;
  readonly #model: ModelAtPlay;
  readonly #ignored = new Map<string, number>();
  readonly #windows: SeenWindow[] = [];
  readonly #past: PastAtPlay;
  #scan: ScheduleScan;
  #nextScanMs = Number.POSITIVE_INFINITY;

  constructor(input: PlayInput) {
    const { history, pinned } = input;
    this.#input = input;
    this.#past = new PastAtPlay(pinned.config);
    this.#model = new ModelAtPlay(input, () => this.#planScan());
    this.#scan = { lookedAt: history.from, known: listKeys(pinned.config) };
  }

  run(): Played {
    const { history } = this.#input;
    const { agenda } = this.#model;
    for (const line of history.lines) agenda.add(Date.parse(line.at), () => this.#take(line), true);
    this.#model.nowMs = Date.parse(history.from);
    this.#planScan();
    const untilMs = Date.parse(history.until);
    for (let entry = agenda.take(untilMs); entry; entry = agenda.take(untilMs)) {
      this.#model.nowMs = entry.atMs;
      entry.act();
    }
    return { ...this.#model.finish(untilMs), windows: this.#windows, ignored: this.#listIgnored() };
  }

  #listIgnored(): Played['ignored'] {
    return [...this.#ignored]
      .map(([what, times]) => ({ what, times }))
      .sort((a, b) => (a.what < b.what ? -1 : 1));
  }

  #take(line: HistoryLine): void {
    if (isFactLine(line)) this.#takeFacts(line);
    else if (line.type === 'operation') this.#operate(line);
    else if (line.type === 'champion') this.#model.crown(line.version, line.run);
    else if (line.type === 'run' && line.model !== undefined) this.#otherRun(line, line.model);
  }

  #takeFacts(line: FactLine): void {
    const { pinned } = this.#input;
    const seen = line.type === 'metrics' ? this.#seeWindow(line) : line;
    if (line.type === 'data') this.#past.noteData(line);
    const { signals, recoveries, ignored } = factsOf(seen, pinned);
    if (ignored !== null) this.#ignored.set(ignored, (this.#ignored.get(ignored) ?? 0) + 1);
    const offered = 'offered' in line ? line.offered : undefined;
    for (const { signal, rejected } of signals) {
      const at = offered !== undefined && Object.hasOwn(offered, signal.id) ? offered[signal.id] : undefined;
      const offer = (): void => this.#model.offer(signal, rejected);
      if (at === undefined || Date.parse(at) <= this.#model.nowMs) offer();
      else this.#model.agenda.add(Date.parse(at), offer);
    }
    for (const recovery of recoveries) this.#model.recover(recovery);
    if (pinned.config.triggers.absences) this.#planScan();
  }

  /** A report as it would have been of the version that serves in this play, as far as that is known by now. */
  #seeWindow(line: LineOf<'metrics'>): LineOf<'metrics'> {
    const { history } = this.#input;
    const { report, version } = line;
    const serves = this.#model.state.champion?.version ?? null;
    const isOwn = version === undefined || serves === null || serves === version;
    const metrics: Record<string, number> = {};
    let isKnown = true;
    for (const [metric, value] of Object.entries(report.metrics)) {
      const score = isOwn ? undefined : findScore(history, report.window, metric, serves);
      const isTold = score !== undefined && score.at <= line.at;
      metrics[metric] = isTold ? score.value : value;
      isKnown &&= isOwn || isTold;
    }
    const window = { window: report.window, at: line.at, serves, recorded: version ?? null, isKnown };
    const seen = isOwn ? line : { ...line, report: { ...report, metrics } };
    this.#windows.push(window);
    this.#past.noteReport(seen, window);
    return seen;
  }

  #operate({ action, by, reason }: LineOf<'operation'>): void {
    const word = { by, reason, now: this.#model.now };
    if (action.action === 'stop' || action.action === 'resume')
      this.#model.operateFleet(action as FleetAction, word);
    else this.#model.operate(action as ModelAction, word);
  }

  /** The run of another model takes its slot of the fleet, as it did. */
  #otherRun({ run: runId, endedAt, hours }: LineOf<'run'>, model: string): void {
    const run = { model, runId, hours };
    const giveBack = (): void => this.#model.returnPlace(run);
    if (!this.#model.takePlace(run)) giveBack();
    else if (endedAt !== null) this.#model.agenda.add(Date.parse(endedAt), giveBack);
  }

  /** The service looks every minute; only the minutes in which something is due are looked at here. */
  #planScan(hasLooked = false): void {
    const { config } = this.#input.pinned;
    const { schedules, championAge } = config.triggers;
    const after = new Date(this.#scan.lookedAt);
    const asking = config.policy.advice === 'signal' ? [...schedules, adviceSchedule] : schedules;
    const ticks = asking.map(
      ({ cron, timeZone }) => openCron(cron, timeZone).nextRun(after)?.getTime() ?? Number.POSITIVE_INFINITY,
    );
    const { champion, championSince: since } = this.#model.state;
    if (championAge !== undefined && champion && since !== undefined) {
      const ageMs = parseDurationMs(championAge)!;
      const times = Math.max(1, Math.floor((after.getTime() - Date.parse(since)) / ageMs) + 1);
      ticks.push(Date.parse(since) + times * ageMs);
    }
    for (const { standing, dueMs, signal, recovery } of lookForAbsences(
      config,
      this.#model.state,
      this.#model.now,
    )) {
      if (standing === 'coming') ticks.push(dueMs);
      if (!hasLooked && (signal ?? recovery)) ticks.push(this.#model.nowMs);
    }
    const next = Math.min(...ticks);
    if (!Number.isFinite(next)) return;
    const atMs = Math.max(Math.ceil(next / minuteMs) * minuteMs, this.#model.nowMs);
    this.#nextScanMs = atMs;
    this.#model.agenda.add(atMs, () => {
      if (this.#nextScanMs === atMs) this.#lookAtSchedules();
    });
  }

  #lookAtSchedules(): void {
    this.#nextScanMs = Number.POSITIVE_INFINITY;
    const { config } = this.#input.pinned;
    const { now, state } = this.#model;
    const due = findDueSignals(config, state, this.#scan, now);
    const advised = findDueAdvice(config, this.#scan, now);
    const advice = advised && this.#past.ask(advised, this.#model.served, this.#model.runs);
    this.#scan = { lookedAt: now, known: this.#scan.known };
    for (const { recovery, signal } of lookForAbsences(config, state, now)) {
      if (recovery) this.#model.recover(recovery);
      if (signal) this.#model.offer(signal, undefined);
    }
    if (advice) this.#model.offer(advice, undefined);
    for (const signal of due) this.#model.offer(signal, undefined);
    this.#planScan(true);
  }
}
