/**
 * The messages that wait for each orchestration and entity, mirrored from the store, and whose turn it is.
 *
 * Owns: the order of messages per target, that a target has at most one turn at a time, the count of targets at work.
 * Does not own: what a turn does, nor the messages' rows (the turn's commit removes them).
 *
 * Invariants
 * 1. A target with a message it can take counts as work from the message's commit until no such message is left.
 * 2. A target that only holds messages it cannot take yet (an entity locked by another) does not.
 * 3. A turn is put off only while more messages are on their way, and no longer than the last one took.
 */
import type { Work } from '../../clock/work.ts';
import { Lane } from './lane.ts';
import type { Message } from './store/records.ts';

export interface Mailbox {
  readonly target: string;
  readonly messages: readonly Message[];
}

interface Box extends Mailbox {
  messages: Message[];
  endWork: (() => void) | null;
  rest: Rest | null;
  /** Set while a turn that could begin rests first. */
  timeout: NodeJS.Timeout | null;
}

/**
 * A pause before the next turn, in which more messages may come: a turn over a long history costs the same for one
 * message as for a thousand.
 */
export interface Rest {
  /** When it ends, on the clock of `performance.now()`. */
  readonly untilMs: number;
  /** It ends at once when so many messages wait: no more are on their way. */
  readonly expected: number;
}

export interface TurnEnd {
  /** The messages it used up. */
  readonly used: readonly Message[];
  readonly rest?: Rest;
}

interface TurnTaker {
  /** Whether a turn now would have something to take. */
  canTake(mailbox: Mailbox): boolean;
  /** Takes a turn; resolves once it is committed. Must not reject. */
  takeTurn(mailbox: Mailbox): Promise<TurnEnd>;
}

export class Mailboxes {
  readonly #work: Work;
  readonly #taker: TurnTaker;
  readonly #lane: Lane<Box>;
  readonly #boxes = new Map<string, Box>();

  constructor(work: Work, limit: number, taker: TurnTaker) {
    this.#work = work;
    this.#taker = taker;
    this.#lane = new Lane(limit, (box) => this.#turn(box));
  }

  open(): void {
    this.#lane.open();
  }

  close(): Promise<void> {
    for (const { timeout } of this.#boxes.values()) clearTimeout(timeout ?? undefined);
    return this.#lane.close();
  }

  deliver(message: Message): void {
    let box = this.#boxes.get(message.target);
    if (!box) {
      box = { target: message.target, messages: [], endWork: null, rest: null, timeout: null };
      this.#boxes.set(message.target, box);
    }
    box.messages.push(message);
    this.#wake(box);
  }

  /** Drops what waits for a purged target. A turn under way finds out when it commits. */
  discard(target: string): void {
    const box = this.#boxes.get(target);
    if (!box) return;
    box.messages = [];
    if (!box.endWork) this.#boxes.delete(target);
  }

  #wake(box: Box): void {
    if (box.timeout !== null && box.messages.length >= (box.rest?.expected ?? 0)) this.#endRest(box);
    if (box.endWork || !this.#taker.canTake(box)) return;
    box.endWork = this.#work.begin();
    const leftMs = box.rest === null ? 0 : box.rest.untilMs - performance.now();
    if (leftMs <= 0 || box.messages.length >= (box.rest?.expected ?? 0)) this.#lane.push(box);
    else box.timeout = setTimeout(() => this.#endRest(box), leftMs);
  }

  #endRest(box: Box): void {
    clearTimeout(box.timeout ?? undefined);
    box.timeout = null;
    this.#lane.push(box);
  }

  async #turn(box: Box): Promise<void> {
    const { used, rest } = await this.#taker.takeTurn(box);
    const gone = new Set(used);
    box.rest = rest ?? null;
    box.messages = box.messages.filter((message) => !gone.has(message));
    const endWork = box.endWork;
    box.endWork = null;
    if (box.messages.length === 0 && box.rest === null) this.#boxes.delete(box.target);
    else if (box.messages.length > 0) this.#wake(box);
    endWork?.();
  }
}
