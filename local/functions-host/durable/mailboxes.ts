/**
 * The messages that wait for each orchestration and entity, mirrored from the store, and whose turn it is.
 *
 * Owns: the order of messages per target, that a target has at most one turn at a time, the count of targets at work.
 * Does not own: what a turn does, nor the messages' rows (the turn's commit removes them).
 *
 * Invariants
 * 1. A target with a message it can take counts as work from the message's commit until no such message is left.
 * 2. A target that only holds messages it cannot take yet (an entity locked by another) does not.
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
}

export interface TurnTaker {
  /** Whether a turn now would have something to take. */
  canTake(mailbox: Mailbox): boolean;
  /** Takes a turn; resolves, once committed, to the messages it used up. Must not reject. */
  takeTurn(mailbox: Mailbox): Promise<readonly Message[]>;
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
    return this.#lane.close();
  }

  deliver(message: Message): void {
    let box = this.#boxes.get(message.target);
    if (!box) {
      box = { target: message.target, messages: [], endWork: null };
      this.#boxes.set(message.target, box);
    }
    box.messages.push(message);
    this.#wake(box);
  }

  /** Drops what waits for a purged target. A turn under way finds out when it commits. */
  discard(target: string): void {
    const box = this.#boxes.get(target);
    if (box) box.messages = [];
  }

  #wake(box: Box): void {
    if (box.endWork || !this.#taker.canTake(box)) return;
    box.endWork = this.#work.begin();
    this.#lane.push(box);
  }

  async #turn(box: Box): Promise<void> {
    const used = new Set(await this.#taker.takeTurn(box));
    box.messages = box.messages.filter((message) => !used.has(message));
    const endWork = box.endWork;
    box.endWork = null;
    if (box.messages.length === 0) this.#boxes.delete(box.target);
    else this.#wake(box);
    endWork?.();
  }
}
