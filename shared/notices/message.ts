/** A notice as it goes out: with the addresses of its pages, which only the sender knows. */
import type { Notice } from '../domain/notice.ts';

export interface Outgoing {
  readonly notice: Notice;
  /** Where it is looked at, and answered; empty where the app does not know its own address. */
  readonly links: readonly Link[];
}

export interface Link {
  readonly title: string;
  readonly url: string;
}

/** Facts and commands of a notice that are shown, of so many characters each. */
export const factsAtMost = 14;
export const commandsAtMost = 4;
