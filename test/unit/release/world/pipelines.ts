/** Pipelines outside, found by the key they bear: they take their time, fail, are deleted by others, and end late when told to. */
import type { PipelineSeen } from '../../../../shared/domain/pipeline.ts';
import type { PipelineDeed } from '../../../../shared/release/transitions/deeds.ts';

interface Chance {
  readonly nowMs: number;
  breaks(chance: number): boolean;
  happens(chance: number): boolean;
}

interface Running {
  readonly id: string;
  endsAtMs: number;
  result: 'succeeded' | 'failed' | 'cancelled';
  isDeleted: boolean;
}

export class Pipelines {
  /** All that were ever started, by key. */
  readonly started = new Map<string, Running[]>();
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Those that run now. */
  running(): string[] {
    return [...this.started].flatMap(([key, all]) =>
      all.some(({ endsAtMs }) => endsAtMs > this.#chance.nowMs) ? [key] : [],
    );
  }

  act(deed: PipelineDeed, key: string): PipelineSeen {
    const known = this.started.get(key) ?? [];
    const run = known[0];
    if (deed === 'start-pipeline' && !run) known.push(this.#begin(key));
    this.started.set(key, known);
    if (deed === 'cancel-pipeline' && run && run.endsAtMs > this.#chance.nowMs) this.#cancel(run);
    return this.#see(known[0]);
  }

  #begin(key: string): Running {
    const forMs = this.#chance.breaks(0.05) ? 86_400_000 : this.#chance.happens(0.7) ? 1_200_000 : 0;
    const result = this.#chance.breaks(0.15) ? 'failed' : 'succeeded';
    return { id: `run of ${key}`, endsAtMs: this.#chance.nowMs + forMs, result, isDeleted: false };
  }

  #cancel(run: Running): void {
    if (run.result === 'cancelled' || this.#chance.breaks(0.2)) return;
    run.result = 'cancelled';
    run.endsAtMs = Math.min(run.endsAtMs, this.#chance.nowMs + (this.#chance.happens(0.5) ? 120_000 : 0));
  }

  #see(found: Running | undefined): PipelineSeen {
    if (found && this.#chance.breaks(0.01))
      Object.assign(found, { isDeleted: true, endsAtMs: this.#chance.nowMs });
    if (!found || found.isDeleted) return { state: 'absent', why: '', run: null };
    const state = found.endsAtMs > this.#chance.nowMs ? 'running' : found.result;
    return { state, why: '', run: { id: found.id, url: `https://pipelines.example/${found.id}` } };
  }
}
