/** The timers an orchestrator asks for: long ones taken in steps, withdrawn when the code cancels them. */
import { EventType } from '../history.ts';
import type { Action, ActionType } from '../orchestrator-result.ts';
import { Future } from './future.ts';
import type { Schedule } from './schedule.ts';

/** Timers longer than this are walked in steps, because the library walks them so. */
export const maximumShortTimerMs = 6 * 86_400_000;
export const longTimerStepMs = 3 * 86_400_000;

export type CreateTimer = Extract<Action, { actionType: typeof ActionType.CreateTimer }>;

export class TimerReplay {
  readonly #schedule: Schedule;
  /** How to withdraw the timer an action asked for, should the code cancel it in a later turn. */
  readonly #cancels = new Map<CreateTimer, () => void>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  /**
   * A withdrawn timer is finished from its last step on: the steps it had taken before keep their numbers, and what
   * was asked for after it was asked after them.
   */
  start(action: CreateTimer): Future {
    const future = new Future();
    const fireAtMs = Date.parse(action.fireAt);
    let current = -1;
    const withdrawIfCanceled = (): void => {
      if (!action.isCanceled || !this.#schedule.isOpen(current) || this.#schedule.willFire(current)) return;
      this.#schedule.withdraw(current);
      this.#cancels.delete(action);
      future.finish();
    };
    const step = (): void => {
      const leftMs = fireAtMs - this.#schedule.nowMs;
      const stepAtMs = leftMs > maximumShortTimerMs ? this.#schedule.nowMs + longTimerStepMs : fireAtMs;
      const FireAt = new Date(stepAtMs).toISOString();
      current = this.#schedule.ask({ EventType: EventType.TimerCreated, FireAt }, () => {
        if (this.#schedule.nowMs < fireAtMs) return step();
        this.#cancels.delete(action);
        future.finish();
      });
      withdrawIfCanceled();
    };
    this.#cancels.set(action, withdrawIfCanceled);
    step();
    return future;
  }

  cancel(action: CreateTimer): void {
    this.#cancels.get(action)?.();
  }
}
