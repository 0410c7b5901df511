/**
 * Starts the actions of an orchestrator's list, one kind at a time, on a schedule.
 *
 * Numbers an action takes: activity, sub-orchestration, timer, message to an entity one each; waiting for an event
 * none; a lock one; a release one per locked entity; a retry one for the wait and one for the new attempt.
 */
import { createHash } from 'node:crypto';
import { EventType } from '../history.ts';
import { type Action, ActionType, type HttpCall, type RetryOptions } from '../orchestrator-result.ts';
import { allOf, anyOf, Future, finished } from './future.ts';
import { readPollLocation, toPoll } from './http-poll.ts';
import { retryDelayMs, retryExpiresMs } from './retry.ts';
import type { Completion, Schedule } from './schedule.ts';
import { type CreateTimer, TimerReplay } from './timer-replay.ts';

export const httpActivityName = 'BuiltIn::HttpActivity';

export interface Identity {
  readonly instanceId: string;
  readonly executionId: string;
}

type Attempt = (retryOf: number | undefined, settled: (event: Completion) => void) => void;

export class ActionReplay {
  readonly #schedule: Schedule;
  readonly #self: Identity;
  /** Entities this orchestration has asked to lock and not released. */
  locks: readonly string[] = [];
  /** JSON of the next generation's input, once asked for. */
  continueAsNewInput: string | null = null;
  readonly #timers: TimerReplay;

  constructor(schedule: Schedule, self: Identity) {
    this.#schedule = schedule;
    this.#self = self;
    this.#timers = new TimerReplay(schedule);
  }

  start(action: Action): Future {
    switch (action.actionType) {
      case ActionType.CallActivity:
        return once(this.#activity(action.functionName, action.input));
      case ActionType.CallActivityWithRetry:
        return this.#retrying(action.retryOptions, this.#activity(action.functionName, action.input));
      case ActionType.CallSubOrchestrator:
        return once(this.#subOrchestration(action));
      case ActionType.CallSubOrchestratorWithRetry:
        return this.#retrying(action.retryOptions, this.#subOrchestration(action));
      case ActionType.CreateTimer:
        return this.#timers.start(action);
      case ActionType.WaitForExternalEvent:
        return this.#schedule.waitFor(action.externalEventName);
      case ActionType.CallEntity:
        return this.#schedule.waitFor(this.#toEntity(action.instanceId, operation(action)));
      case ActionType.SignalEntity:
        this.#toEntity(action.instanceId, { ...operation(action), signal: true });
        return finished();
      case ActionType.CallHttp:
        return this.#http(action.httpRequest);
      case ActionType.WhenAny:
        return anyOf(action.compoundActions.map((child) => this.start(child)));
      case ActionType.WhenAll:
        return allOf(action.compoundActions.map((child) => this.start(child)));
      case ActionType.LockEntities:
        return this.#lock(action.lockSet);
      case ActionType.ReleaseEntities:
        return this.#release();
      case ActionType.ContinueAsNew:
        this.continueAsNewInput = json(action.input);
        return finished();
      default:
        this.#schedule.violation = `The orchestrator asked for an action of unknown kind: ${json(action)}.`;
        return new Future();
    }
  }

  #activity(name: string, input: unknown): Attempt {
    const request = {
      EventType: EventType.TaskScheduled,
      Name: name,
      Version: '',
      Input: json([input ?? null]),
    };
    return (retryOf, settled) => this.#schedule.ask({ ...request, ...mark(retryOf) }, settled);
  }

  #subOrchestration(action: {
    readonly functionName: string;
    readonly input?: unknown;
    readonly instanceId?: string | null;
    readonly version?: string | null;
  }): Attempt {
    return (retryOf, settled) =>
      this.#schedule.ask(
        {
          EventType: EventType.SubOrchestrationCreated,
          Name: action.functionName,
          Version: action.version ?? '',
          InstanceId: action.instanceId || `${this.#self.executionId}:${this.#schedule.nextId}`,
          Input: json(action.input),
          ...mark(retryOf),
        },
        settled,
      );
  }

  /** After every failed attempt comes a wait, after the last one too: the library counts it in. */
  #retrying(options: RetryOptions, attempt: Attempt): Future {
    const future = new Future();
    const expiresMs = retryExpiresMs(options, this.#schedule.nowMs);
    let attempts = 0;
    const settled = (event: Completion): void => {
      if (event.EventType !== EventType.TaskFailed && event.EventType !== EventType.SubOrchestrationFailed) {
        future.finish();
        return;
      }
      attempts += 1;
      const last = attempts >= options.maxNumberOfAttempts;
      if (!last && this.#schedule.nowMs >= expiresMs) {
        this.#schedule.violation =
          `The retry timeout of ${options.retryTimeoutInMilliseconds} ms ended after ${attempts} attempts. ` +
          'durable-functions 3.5.0 would wait for the next attempt for ever: limit the number of attempts instead.';
        return;
      }
      const fireAtMs = this.#schedule.nowMs + (last ? 0 : retryDelayMs(options, attempts));
      const failedId = event.TaskScheduledId;
      this.#schedule.ask(
        { EventType: EventType.TimerCreated, FireAt: iso(fireAtMs), RetryOf: failedId },
        () => (last ? future.finish() : attempt(failedId, settled)),
      );
    };
    attempt(undefined, settled);
    return future;
  }

  /** Called for a timer whose action now says that it is cancelled. */
  cancel(action: CreateTimer): void {
    this.#timers.cancel(action);
  }

  /** Answers 202 with a Location are polled: a wait, then another request, a number each. */
  #http(call: HttpCall): Future {
    const future = new Future();
    const request = (next: HttpCall): void => {
      this.#activity(httpActivityName, next)(undefined, (event) => {
        const location = call.asynchronousPatternEnabled === false ? null : readPollLocation(event, next.uri);
        if (location === null) return future.finish();
        const fireAtMs = this.#schedule.nowMs + location.delayMs;
        this.#schedule.ask({ EventType: EventType.TimerCreated, FireAt: iso(fireAtMs) }, () => {
          request(toPoll(next, location.uri));
        });
      });
    };
    request(call);
    return future;
  }

  /** Returns the id under which the entity will answer. */
  #toEntity(entityId: string, content: Record<string, unknown>): string {
    const id = this.#schedule.recordedMessageId() ?? messageId(this.#self.executionId, this.#schedule.nextId);
    const { instanceId: parent, executionId: parentExecution } = this.#self;
    this.#schedule.send({
      EventType: EventType.EventSent,
      InstanceId: entityId,
      Name: 'op',
      Input: json({ ...content, id, parent, parentExecution }),
    });
    return id;
  }

  #lock(lockSet: readonly { readonly name: string; readonly key: string }[]): Future {
    this.locks = lockSet.map(({ name, key }) => `@${name.toLowerCase()}@${key}`);
    const first = this.locks[0];
    if (first === undefined) return finished();
    return this.#schedule.waitFor(this.#toEntity(first, { op: null, lockset: this.locks, pos: 0 }));
  }

  #release(): Future {
    for (const entityId of this.locks) {
      this.#schedule.send({
        EventType: EventType.EventSent,
        InstanceId: entityId,
        Name: 'release',
        Input: json({ parent: this.#self.instanceId }),
      });
    }
    this.locks = [];
    return finished();
  }
}

function once(attempt: Attempt): Future {
  const future = new Future();
  attempt(undefined, () => future.finish());
  return future;
}

function operation(action: {
  readonly operation: string;
  readonly input?: unknown;
}): Record<string, unknown> {
  const input = action.input === undefined ? {} : { input: json(action.input) };
  return { op: action.operation, ...input };
}

/** A turn run again after a crash sends its messages under the same ids. */
function messageId(executionId: string, step: number): string {
  const hex = createHash('sha1').update(`${executionId}:${step}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

function mark(retryOf: number | undefined): { RetryOf?: number } {
  return retryOf === undefined ? {} : { RetryOf: retryOf };
}

const json = (value: unknown): string => JSON.stringify(value ?? null);
const iso = (timeMs: number): string => new Date(timeMs).toISOString();
