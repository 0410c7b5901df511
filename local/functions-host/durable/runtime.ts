/**
 * The durable runtime: opens the store, keeps its mirrors in step, and gives due work its turn.
 *
 * Owns: the lifecycle, the limits on concurrency, which mirror hears of which committed change.
 * Does not own: what a turn does (turns), what is stored (store), what a client may ask (client-api).
 *
 * Invariants
 * 1. The file is the truth: mirrors are filled from it at the start and change only by what was committed.
 * 2. Whatever is due counts as work until its commit; waiting timers, events and locks do not.
 * 3. Nothing polls: work begins where a change is published or the clock calls.
 */
import type { DurableDependencies, DurableRequest, DurableResponse, DurableRuntime } from '../contract.ts';
import { answerClient } from './client-api/router.ts';
import { renderClientBinding } from './client-api/urls.ts';
import { Completions } from './completions.ts';
import { type Engine, messageOf, timestamp } from './engine.ts';
import { EventType } from './history.ts';
import { Lane } from './lane.ts';
import { LiveInstances } from './live-instances.ts';
import { type Mailbox, Mailboxes, type TurnEnd } from './mailboxes.ts';
import { CommitQueue } from './store/commit-queue.ts';
import type { ActivityItem, Change, TimerRow } from './store/records.ts';
import { Store } from './store/store.ts';
import { Timers } from './timers.ts';
import { runActivity } from './turns/activities.ts';
import { canTakeEntityTurn, takeEntityTurn } from './turns/entity-turn.ts';
import { takeOrchestrationTurn, VersionRejected } from './turns/orchestration-turn.ts';
import { releaseLocks } from './turns/turn-effects.ts';

interface QueuedActivity {
  readonly item: ActivityItem;
  readonly endWork: () => void;
}

export class Runtime implements DurableRuntime {
  readonly #dependencies: DurableDependencies;
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #timers: Timers;
  readonly #mailboxes: Mailboxes;
  readonly #activities: Lane<QueuedActivity>;
  readonly #completions = new Completions();
  /**
   * Targets whose turn broke, or whose version this host does not run: left until the next start, their messages safe
   * in the file.
   */
  readonly #setAside = new Set<string>();
  #started = false;
  #stopped = false;

  constructor(dependencies: DurableDependencies) {
    const { app, clock, work, settings, file, log } = dependencies;
    this.#dependencies = dependencies;
    this.#store = new Store(file);
    this.#timers = new Timers(clock, (timer) => this.#fire(timer));
    const commits = new CommitQueue(
      this.#store,
      work,
      (change) => this.#mirror(change),
      (error) => this.#halt(error),
    );
    const live = new LiveInstances(this.#store);
    this.#engine = { app, clock, store: this.#store, commits, live, timers: this.#timers, settings, log };
    this.#mailboxes = new Mailboxes(work, settings.maxConcurrentOrchestratorFunctions, {
      canTake: (mailbox) => this.#canTake(mailbox),
      takeTurn: (mailbox) => this.#takeTurn(mailbox),
    });
    this.#activities = new Lane(settings.maxConcurrentActivityFunctions, (queued) =>
      this.#runActivity(queued),
    );
  }

  start(): void {
    this.#started = true;
    for (const timer of this.#store.timers()) this.#mirror({ kind: 'timer', timer });
    for (const message of this.#store.messages()) this.#mirror({ kind: 'message', message });
    for (const item of this.#store.activities()) this.#mirror({ kind: 'activity', item });
    this.#mailboxes.open();
    this.#activities.open();
    void this.#freeOrphanedLocks();
  }

  /** Files of earlier versions may hold locks that their terminated holders never gave back. */
  async #freeOrphanedLocks(): Promise<void> {
    const { store, commits } = this.#engine;
    const orphaned = store.orphanedLocks();
    if (orphaned.length === 0) return;
    await commits
      .write(() => {
        for (const { id, lockedBy } of orphaned) releaseLocks(store, lockedBy ?? '', [id]);
      })
      .catch(() => undefined);
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timers.stop();
    const idle = Promise.all([this.#mailboxes.close(), this.#activities.close()]);
    let timeout: NodeJS.Timeout | undefined;
    const graceOver = new Promise((resolve) => {
      timeout = setTimeout(resolve, graceMs);
    });
    await Promise.race([idle, graceOver]);
    clearTimeout(timeout);
    this.#engine.commits.close();
    this.#store.close();
  }

  clientBinding(): string {
    const { origin, settings } = this.#dependencies;
    return renderClientBinding(origin, settings.hubName);
  }

  async handle(request: DurableRequest): Promise<DurableResponse> {
    const { origin, settings, log } = this.#dependencies;
    const client = {
      engine: this.#engine,
      completions: this.#completions,
      origin,
      hubName: settings.hubName,
    };
    try {
      return await answerClient(client, request);
    } catch (error) {
      log('error', `durable client: ${request.method} ${request.path} failed: ${messageOf(error)}`);
      return { status: 500, body: { Message: 'Something went wrong while processing your request' } };
    }
  }

  /** Before the start the file alone changes: the start reads all of it. */
  #mirror(change: Change): void {
    if (!this.#started) return;
    switch (change.kind) {
      case 'message':
        this.#mailboxes.deliver(change.message);
        return;
      case 'activity':
        this.#activities.push({ item: change.item, endWork: this.#dependencies.work.begin() });
        return;
      case 'timer':
        this.#timers.add(change.timer);
        return;
      case 'timer-withdrawn':
        this.#timers.withdraw(change.instanceId, change.timerId);
        return;
      case 'execution-begun':
        this.#engine.live.begin(change.row);
        return;
      case 'execution-ended':
        this.#setAside.delete(change.instanceId);
        this.#timers.withdrawAll(change.instanceId);
        this.#engine.live.drop(change.instanceId);
        if (change.finished) this.#completions.announce(change.instanceId);
        return;
      case 'purged':
        this.#setAside.delete(change.target);
        this.#timers.withdrawAll(change.target);
        this.#engine.live.drop(change.target);
        this.#mailboxes.discard(change.target);
        return;
    }
  }

  /** A due timer is its own message: its row goes when the turn that takes it is committed. */
  #fire({ instanceId, executionId, timerId, fireAtMs }: TimerRow): void {
    const body = {
      EventType: EventType.TimerFired,
      EventId: -1,
      Timestamp: timestamp(this.#engine),
      TimerId: timerId,
      FireAt: new Date(fireAtMs).toISOString(),
    };
    this.#mailboxes.deliver({ seq: null, target: instanceId, executionId, body });
  }

  #canTake(mailbox: Mailbox): boolean {
    if (this.#stopped || this.#setAside.has(mailbox.target)) return false;
    return !isEntity(mailbox) || canTakeEntityTurn(this.#engine, mailbox);
  }

  async #takeTurn(mailbox: Mailbox): Promise<TurnEnd> {
    try {
      if (isEntity(mailbox)) return { used: await takeEntityTurn(this.#engine, mailbox) };
      return await takeOrchestrationTurn(this.#engine, mailbox);
    } catch (error) {
      this.#setAside.add(mailbox.target);
      if (error instanceof VersionRejected) this.#engine.log('warn', error.message);
      else this.#report(`the turn of ${mailbox.target}`, error);
      return { used: [] };
    }
  }

  async #runActivity({ item, endWork }: QueuedActivity): Promise<void> {
    try {
      await runActivity(this.#engine, item);
    } catch (error) {
      this.#report(`activity ${item.name} of ${item.instanceId}`, error);
    }
    endWork();
  }

  #report(subject: string, error: unknown): void {
    if (this.#stopped) return;
    this.#engine.log(
      'error',
      `${subject} failed in the host itself and is tried again at its next start: ${messageOf(error)}`,
    );
  }

  #halt(error: unknown): void {
    this.#engine.log(
      'error',
      `the durable store cannot be written, so no more functions run; restart the host once the cause is fixed: ${messageOf(error)}`,
    );
    this.#timers.stop();
    void this.#mailboxes.close();
    void this.#activities.close();
  }
}

function isEntity(mailbox: Mailbox): boolean {
  return mailbox.target.startsWith('@');
}
