/** What advice knows at a moment of a play: what has happened in it so far. */
import { adviceSignal } from '../advice/advice-signal.ts';
import { advise } from '../advice/advise.ts';
import type { Past, Report } from '../advice/known-past.ts';
import type { ModelConfig } from '../config/schema.ts';
import type { Signal } from '../domain/signal.ts';
import type { LineOf } from './history-schema.ts';
import type { PlayedRun, SeenWindow, Served } from './played.ts';

export class PastAtPlay {
  readonly #config: ModelConfig;
  readonly #reports: Report[] = [];
  readonly #data: Past['data'][number][] = [];

  constructor(config: ModelConfig) {
    this.#config = config;
  }

  /** A report as it was seen: of the version that serves where its numbers are known, or else of the one it was about. */
  noteReport({ at, report }: LineOf<'metrics'>, { serves, recorded, isKnown }: SeenWindow): void {
    const [rule] = this.#config.triggers.metrics;
    if (!rule || report.sample < rule.minimumSample || !Object.hasOwn(report.metrics, rule.metric)) return;
    const { metrics, sample, standardErrors = {} } = report;
    const standardError = Object.hasOwn(standardErrors, rule.metric) ? standardErrors[rule.metric]! : null;
    const version = isKnown ? serves : recorded;
    this.#reports.push({ at, value: metrics[rule.metric]!, sample, standardError, version });
  }

  noteData({ at, rows, refused }: LineOf<'data'>): void {
    if (rows !== null && refused === null) this.#data.push({ at, rows });
  }

  /** The signal of a tick; null: the answer is not to retrain. */
  ask(tick: string, served: readonly Served[], runs: readonly PlayedRun[]): Signal | null {
    const past = { reports: this.#reports, champions: served, runs, data: this.#data };
    return adviceSignal(this.#config.model, tick, advise(this.#config, past, tick));
  }
}
