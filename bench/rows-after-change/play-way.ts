/**
 * Plays a way of waiting after a change: a rule on the error of each labelled window, through the operations of the model's entity.
 *
 * Owns: the clock, a window a day; reports, uploads, and when jobs end. Does not own: whether a run may start, and what is counted
 * (shared/admission).
 *
 * Invariants
 * 1. Deterministic, and nothing counts before its labels have come.
 * 2. What a way asks for is `policy.rowsAfterChange` of the signal that is offered.
 */
import { modelOperations } from '../../shared/admission/model-operations.ts';
import { PolicySchema } from '../../shared/config/policy-schema.ts';
import type { Policy } from '../../shared/config/schema.ts';
import { type ModelState, newModelState } from '../../shared/domain/model-state.ts';
import { passesGate } from '../policies/gate.ts';
import { playLength, trainedAt, tuningLength, type World } from '../policies/rule.ts';
import type { Way } from './ways.ts';

export interface Outcome {
  /** Sum of the error rates, in the windows that count. */
  readonly loss: number;
  readonly runs: number;
  readonly promoted: number;
}

const timeOf = (window: number): string => new Date(Date.UTC(2026, 0, 2 + window)).toISOString();
const times = Array.from({ length: playLength }, (_, window) => timeOf(window));
/** So far above the reference the threshold of the rule lies. */
const above = 0.03;
const cause = 'metric:rule';
const mostRows = 1_000_000;

const policies = new Map<number, Policy>();
function policyOf(rowsAfterChange: number): Policy {
  const known = policies.get(rowsAfterChange);
  if (known) return known;
  const policy = PolicySchema.parse({
    ...{ cooldown: 'PT0S', longestWait: 'P366D', budget: { window: 'P30D', computeHours: 3 } },
    ...(rowsAfterChange > 0 && { rowsAfterChange }),
  });
  policies.set(rowsAfterChange, policy);
  return policy;
}

export function playWay(world: World, way: Way): Outcome {
  return new Play(world, way).run();
}

class Play {
  readonly #world: World;
  readonly #way: Way;
  readonly #threshold: number;
  readonly #served: number[] = [];
  #state: ModelState = newModelState;
  #champion: number;
  #live: { readonly runId: string; readonly version: number } | null = null;
  /** The signal that waits for its group. */
  #waits: string | null = null;
  /** Since the last good window. */
  #since = { rows: 0, wrong: 0 };
  readonly #outcome = { loss: 0, runs: 0, promoted: 0 };

  constructor(world: World, way: Way) {
    this.#world = world;
    this.#way = way;
    this.#threshold = world.reference + above;
    this.#champion = trainedAt(world, -1);
  }

  run(): Outcome {
    const { matrix, offset } = this.#world;
    for (const [window, now] of times.entries()) {
      const counts = window >= tuningLength;
      this.#served.push(this.#champion);
      if (counts) this.#outcome.loss += matrix.errorOf(this.#champion, offset + window);
      this.#endJob(now, counts);
      if (window < playLength - 1) this.#label(window, now, counts);
    }
    return this.#outcome;
  }

  #endJob(now: string, counts: boolean): void {
    const live = this.#live;
    if (!live) return;
    this.#live = null;
    const { isGated, matrix } = this.#world;
    const isReleased = !isGated || passesGate(matrix, live.version, this.#champion);
    if (isReleased) this.#champion = live.version;
    if (isReleased && counts) this.#outcome.promoted++;
    const champion = isReleased ? { name: 'm', version: String(live.version), modelUri: '' } : null;
    const outcome = isReleased ? 'released' : 'gate-failed';
    const settlement = { runId: live.runId, outcome, champion, now, computeHours: 1 } as const;
    this.#state = modelOperations.settle(this.#state, settlement).state;
  }

  /** The file of a window and the report of it come together, and then what waits is offered again. */
  #label(window: number, now: string, counts: boolean): void {
    const { matrix, offset, delay } = this.#world;
    const { rows } = matrix;
    const labelled = window - delay;
    if (labelled < 0) return;
    this.#upload(window, now);
    const version = this.#served[labelled]!;
    const error = matrix.errorOf(version, offset + labelled);
    if (version === this.#champion && error <= this.#threshold) {
      this.#since = { rows: 0, wrong: 0 };
      const note = { cause, observedAt: now, summary: 'The error is good again.' };
      this.#state = modelOperations.recover(this.#state, note).state;
    } else if (version === this.#champion) {
      this.#since = { rows: this.#since.rows + rows, wrong: this.#since.wrong + error * rows };
      this.#offer(`metric:m:rule:${window}`, window, counts);
    }
    if (this.#waits !== null) this.#offer(this.#waits, window, counts);
  }

  #upload(window: number, now: string): void {
    const { rows } = this.#world.matrix;
    this.#state = modelOperations.offer(this.#state, {
      signal: { id: `data:m:${window}`, kind: 'data', observedAt: now, newData: { rows, bytes: rows } },
      ...{ runId: `data-${window}`, now, policy: policyOf(mostRows), data: false },
    }).state;
  }

  #offer(id: string, window: number, counts: boolean): void {
    const now = times[window]!;
    const runId = `run-${window}`;
    const { state, answer } = modelOperations.offer(this.#state, {
      signal: { id, kind: 'metric', observedAt: now, cause },
      ...{ runId, now, policy: policyOf(this.#needed()), estimateHours: 1, grant: { granted: true } },
    });
    this.#state = state;
    if (!('admission' in answer)) throw new Error(`signal ${id}: expected a decision, got none`);
    const { outcome } = answer.admission;
    if (outcome === 'deferred') this.#waits = id;
    else if (this.#waits === id) this.#waits = null;
    if (outcome !== 'admitted') return;
    this.#live = { runId, version: trainedAt(this.#world, window) };
    if (counts) this.#outcome.runs++;
  }

  #needed(): number {
    const { rows, wrong } = this.#since;
    if (rows === 0) return 0;
    const share = wrong / rows;
    const rowsPerWindow = this.#world.matrix.rows;
    const needed = this.#way.rowsOf({ wrong: share, excess: share - this.#threshold, rowsPerWindow });
    return Math.min(mostRows, Math.ceil(needed));
  }
}
