import type * as df from 'durable-functions';

/** What a step, or an entity, answers at a moment of the orchestration's time. */
export type Answer = (name: string, input: unknown, nowMs: number) => unknown;

interface Task {
  readonly kind: 'timer' | 'activity' | 'entity' | 'any' | 'event';
  readonly name?: string;
  readonly input?: unknown;
  atMs?: number;
  readonly tasks?: readonly Task[];
  isCompleted: boolean;
  answer?: unknown;
}

export interface Driven<T> {
  readonly value?: T;
  readonly thrown?: unknown;
  /** Milliseconds since the start. */
  readonly tookMs: number;
  /** Names of steps and entity operations, in order. */
  readonly asked: readonly string[];
}

/** Drives a piece of an orchestration without a host: time jumps from timer to timer. */
export function drive<T>(
  begin: (
    context: df.OrchestrationContext,
    happensAt: (ms: number) => df.Task,
  ) => Generator<df.Task, T, unknown>,
  answer: Answer,
  startMs = Date.parse('2026-03-02T00:00:00Z'),
): Driven<T> {
  let nowMs = startMs;
  const events: Task[] = [];
  const asked: string[] = [];
  const task = (kind: Task['kind'], more: Partial<Task>): Task => ({ kind, isCompleted: false, ...more });
  const context = {
    error() {},
    df: {
      get currentUtcDateTime() {
        return new Date(nowMs);
      },
      createTimer: (at: Date) => Object.assign(task('timer', { atMs: at.getTime() }), { cancel() {} }),
      callActivityWithRetry: (name: string, _: unknown, input: unknown) => task('activity', { name, input }),
      callEntity: (_: unknown, name: string, input: unknown) => task('entity', { name, input }),
      Task: { any: (tasks: readonly Task[]) => task('any', { tasks }) },
      setCustomStatus() {},
      /** One that never comes. */
      waitForExternalEvent: () => task('event', { atMs: Number.POSITIVE_INFINITY }),
    },
  } as unknown as df.OrchestrationContext;
  const happensAt = (ms: number): df.Task => {
    const event = task('event', { atMs: startMs + ms });
    events.push(event);
    return event as unknown as df.Task;
  };
  const moveTo = (ms: number): void => {
    nowMs = Math.max(nowMs, ms);
    for (const event of events) event.isCompleted ||= event.atMs! <= nowMs;
  };
  const settle = (asking: Task): unknown => {
    if (asking.kind === 'activity' || asking.kind === 'entity') {
      if (asking.isCompleted) return asking.answer;
      asked.push(asking.name!);
      asking.isCompleted = true;
      asking.answer = answer(asking.name!, asking.input, nowMs - startMs);
      return asking.answer;
    }
    // It takes no time here, so it comes before whatever it is waited for beside.
    const step = asking.tasks?.find(({ kind }) => kind === 'activity');
    if (step) {
      settle(step);
      return step;
    }
    const first = [...(asking.tasks ?? [asking])].sort((a, b) => a.atMs! - b.atMs!)[0]!;
    moveTo(first.atMs!);
    first.isCompleted = true;
    return first;
  };
  const told = () => ({ tookMs: nowMs - startMs, asked });
  try {
    const steps = begin(context, happensAt);
    let step = steps.next();
    while (!step.done) step = steps.next(settle(step.value as unknown as Task));
    return { value: step.value, ...told() };
  } catch (thrown) {
    return { thrown, ...told() };
  }
}
