/**
 * Waits for changes for whoever asks, with one look for all of them.
 *
 * Owns: when somebody looks, and how many are held. Does not own: what has changed since a token (change-token.ts).
 *
 * Invariants
 * 1. Nobody looks while nobody waits.
 * 2. A look reads one key; the cards are read where that has changed, and before anybody is told that nothing has.
 * 3. Nobody is held for longer than they asked, and of more than `heldAtMost` the rest not at all.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Changes } from '../domain/changes.ts';
import type { Cards, ChangedCard } from './cards.ts';
import { changesSince, tokenOf } from './change-token.ts';

interface Asked {
  /** As an earlier answer had it; absent: nothing is known yet. */
  readonly after?: string | undefined;
  readonly model?: string | undefined;
  readonly forMs: number;
}

const lookEveryMs = 1_000;
export const heldAtMost = 100;

export class ChangeWatch {
  readonly #cards: Pick<Cards, 'headTag' | 'listChanged'>;
  #seen: { readonly tag: string; readonly cards: readonly ChangedCard[] } | null = null;
  #look: Promise<readonly ChangedCard[]> | null = null;
  #held = 0;

  constructor(cards: Pick<Cards, 'headTag' | 'listChanged'>) {
    this.#cards = cards;
  }

  /** What is known by now. */
  async token(model?: string): Promise<string> {
    return tokenOf(await this.#lookOnce(), model);
  }

  /** What has changed, as soon as something has, or nothing when the time is over. */
  async wait({ after, model, forMs }: Asked): Promise<Changes & { readonly isBusy?: true }> {
    const first = await this.#lookOnce();
    if (after === undefined) return { token: tokenOf(first, model), changes: [], everything: false };
    let found = changesSince(after, first, model);
    if (this.#held >= heldAtMost) return hasChanged(found) ? found : { ...found, isBusy: true };
    this.#held++;
    try {
      const untilMs = performance.now() + forMs;
      while (!hasChanged(found) && performance.now() < untilMs) {
        found = changesSince(after, await this.#lookSoon(untilMs), model);
      }
      return found;
    } finally {
      this.#held--;
    }
  }

  #waiting: Promise<readonly ChangedCard[]> | null = null;

  /** The next look of all that wait. */
  #lookSoon(untilMs: number): Promise<readonly ChangedCard[]> {
    const pauseMs = Math.max(0, Math.min(lookEveryMs, untilMs - performance.now()));
    this.#waiting ??= sleep(pauseMs).then(() => {
      this.#waiting = null;
      return this.#lookOnce();
    });
    return this.#waiting;
  }

  /** Who asks while a look is under way takes part in the one after it: what they know may be newer than that one. */
  async #lookOnce(): Promise<readonly ChangedCard[]> {
    if (this.#look) {
      await this.#look.catch(() => {});
    }
    this.#look ??= this.#lookNow().finally(() => {
      this.#look = null;
    });
    return this.#look;
  }

  async #lookNow(): Promise<readonly ChangedCard[]> {
    const tag = await this.#cards.headTag();
    if (this.#seen?.tag !== tag) this.#seen = { tag, cards: await this.#cards.listChanged() };
    return this.#seen.cards;
  }
}

const hasChanged = ({ changes, everything }: Changes): boolean => everything || changes.length > 0;
