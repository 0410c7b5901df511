/**
 * Plays a rule in a world, through the operations of the model's entity.
 *
 * Owns: the clock, a window a day; when labels come, jobs end and versions serve; the gate. Does not own: whether a run may start
 * (shared/admission).
 *
 * Invariants
 * 1. Deterministic.
 * 2. What a rule sees and what a gate judges at the end of a window is labelled by then.
 */
import { modelOperations } from '../../shared/admission/model-operations.ts';
import type { Policy } from '../../shared/config/schema.ts';
import { type ModelState, newModelState } from '../../shared/domain/model-state.ts';
import { passesGate } from './gate.ts';
import { playLength, type Rule, trainedAt, tuningLength, type World } from './rule.ts';

/** What came of it, in the windows that count. */
export interface Outcome {
  /** Sum of the error rates. */
  readonly loss: number;
  /** Windows at whose end they started. */
  readonly runs: readonly number[];
}

const times = Array.from({ length: playLength + 2 }, (_, window) =>
  new Date(Date.UTC(2026, 0, 1 + window)).toISOString(),
);
/** The beginning of a play: the end of the window before it. */
const timeOf = (window: number): string => times[window + 1]!;

/** `part`: `tuning` is the first windows alone; `test` goes on from them, and only what comes after counts. */
export function playRule(world: World, rule: Rule, policy: Policy, part: 'tuning' | 'test'): Outcome {
  return new Play(world, rule, policy).run(part);
}

class Play {
  readonly #world: World;
  readonly #rule: Rule;
  readonly #policy: Policy;
  #state: ModelState = newModelState;
  #champion = -1;
  #live: { readonly runId: string; readonly version: number } | null = null;
  #waiting: { readonly id: string; againAt: string } | null = null;
  /** That served, by window of the play. */
  readonly #served: number[] = [];
  readonly #started: number[] = [];

  constructor(world: World, rule: Rule, policy: Policy) {
    this.#world = world;
    this.#rule = rule;
    this.#policy = policy;
  }

  run(part: 'tuning' | 'test'): Outcome {
    const { matrix, offset } = this.#world;
    const [from, until] = part === 'tuning' ? [0, tuningLength] : [tuningLength, playLength];
    this.#beginAnew(-1);
    let loss = 0;
    for (let window = 0; window < until; window++) {
      this.#served.push(this.#champion);
      if (window >= from) loss += matrix.errorOf(this.#champion, offset + window);
      this.#endJob(window);
      this.#label(window);
      if (window === tuningLength - 1) this.#beginAnew(window);
      else if (window < playLength - 1) this.#ask(window);
    }
    return { loss, runs: this.#started.filter((window) => window >= from) };
  }

  /** With a version trained on what is labelled, and an empty ledger. */
  #beginAnew(window: number): void {
    this.#state = newModelState;
    [this.#live, this.#waiting] = [null, null];
    this.#crown(trainedAt(this.#world, window), timeOf(window));
    const champion = { name: 'm', version: String(this.#champion), modelUri: '' };
    this.#state = modelOperations.crown(this.#state, {
      ...{ champion, isForward: true, now: timeOf(window) },
    }).state;
  }

  #crown(version: number, at: string): void {
    this.#champion = version;
    this.#rule.crowned(version, at);
  }

  /** A run that started at the end of the window before ends with this one. */
  #endJob(window: number): void {
    const live = this.#live;
    if (!live) return;
    this.#live = null;
    const now = timeOf(window);
    const { isGated, matrix } = this.#world;
    const isReleased = !isGated || passesGate(matrix, live.version, this.#champion);
    const outcome = isReleased ? 'released' : 'gate-failed';
    const champion = isReleased ? { name: 'm', version: String(live.version), modelUri: '' } : null;
    const settlement = { runId: live.runId, outcome, champion, now, computeHours: 1 } as const;
    const { state, answer } = modelOperations.settle(this.#state, settlement);
    this.#state = state;
    if ('wake' in answer && this.#waiting) this.#waiting.againAt = now;
    this.#rule.ended(now, outcome);
    if (isReleased) this.#crown(live.version, now);
  }

  #label(window: number): void {
    const { matrix, offset, delay } = this.#world;
    const labelled = window - delay;
    if (labelled < 0) return;
    const version = this.#served[labelled]!;
    const wrong = matrix.wrongIn(version, offset + labelled);
    this.#rule.see({ at: timeOf(window), window: labelled, version, wrong, rows: matrix.rows });
  }

  #ask(window: number): void {
    const now = timeOf(window);
    const { source } = this.#rule;
    const asks = this.#rule.asks(window, now);
    if (this.#waiting && !asks && source === 'metric') this.#recover(now);
    const isDue = this.#waiting !== null && this.#waiting.againAt <= now;
    const id = isDue ? this.#waiting!.id : `${source}:m:${window}`;
    if (isDue || (asks && !this.#waiting)) this.#offer(id, window, now);
  }

  #recover(now: string): void {
    this.#waiting = null;
    this.#state = modelOperations.recover(this.#state, {
      ...{ cause: 'metric:rule', observedAt: now, summary: 'The rule does not ask any more.' },
    }).state;
  }

  #offer(id: string, window: number, now: string): void {
    const { source } = this.#rule;
    const runId = `run-${window}`;
    const { state, answer } = modelOperations.offer(this.#state, {
      signal: {
        ...{ id, kind: source === 'schedule' ? source : 'metric', observedAt: now },
        ...(source === 'metric' && { cause: 'metric:rule' }),
      },
      ...{ runId, now, policy: this.#policy, estimateHours: 1, grant: { granted: true } },
    });
    this.#state = state;
    if (!('admission' in answer)) throw new Error(`signal ${id}: expected a decision, got none`);
    const { outcome, offerAgainAt } = answer.admission;
    this.#waiting = outcome === 'deferred' ? { id, againAt: offerAgainAt! } : null;
    if (outcome !== 'admitted') return;
    this.#live = { runId: answer.admission.runId!, version: trainedAt(this.#world, window) };
    this.#started.push(window);
    this.#rule.started(now);
  }
}
