/** The cards of many models, as one query has them. */
import type { ModelCard } from './model-card.ts';

export interface ListedCards {
  /** By model. */
  readonly cards: ReadonlyMap<string, ModelCard>;
  /**
   * Null: every model that the ledger knows has one. Of a ledger from before there were cards: up to this name they have, and of
   * those after it some may still come.
   */
  readonly madeUntil: string | null;
}

/** Whether its card is yet to be made, of a ledger from before there were cards. */
export function isUnread(name: string, { cards, madeUntil }: ListedCards): boolean {
  return madeUntil !== null && name > madeUntil && !cards.has(name);
}

/** Whether the ledger may know anything of a model. */
export function mayBeKnown(name: string, listed: ListedCards): boolean {
  return listed.cards.has(name) || isUnread(name, listed);
}
