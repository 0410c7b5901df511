/**
 * Makes the cards of a ledger from before there were cards, in pieces: whoever needs cards makes some for as long as a question
 * may take, in the order of the models' names, and the next question goes on. So nobody waits for a thousand models, and
 * whoever looks at the page sees them come: each card that is made is a change.
 *
 * Owns: how far that has come. Does not own: what a card is made of (build-card.ts), writing it (cards.ts).
 *
 * Invariants
 * 1. A model that the ledger knows has a card once the end of the making has passed its name.
 * 2. One piece is made at a time in a process. Two processes may make the same card: it has one change more, and nothing else.
 */
import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import { findRow } from './conditional-writes.ts';

const completeKey = '!complete';
const progressKey = '!progress';
const sideBySide = 8;
/** How long a question may be kept waiting by it; the models under way are made to their end. */
const pieceMs = 400;

interface Making {
  readonly partitionKey: string;
  /** The names of models that the ledger knows, after that one, in order; fewer than asked: there are no more. */
  readonly namesAfter: (name: string, atMost: number) => Promise<readonly string[]>;
  /** Makes the card of a model unless it has one. */
  readonly makeCard: (table: TableClient, model: string) => Promise<void>;
}

export class CompleteCards {
  readonly #making: Making;
  /** The last model that was made; null: not known yet. */
  #until: string | null = null;
  #isComplete = false;
  #piece: Promise<void> | null = null;

  constructor(making: Making) {
    this.#making = making;
  }

  async isComplete(table: TableClient): Promise<boolean> {
    this.#isComplete ||= (await findRow(table, this.#making.partitionKey, completeKey)) !== null;
    return this.#isComplete;
  }

  /** Makes a piece. Answers the name up to which there are cards; null: all are there. */
  async goOn(table: TableClient): Promise<string | null> {
    if (await this.isComplete(table)) return null;
    this.#piece ??= this.#makePiece(table).finally(() => {
      this.#piece = null;
    });
    await this.#piece;
    return this.#isComplete ? null : this.#until;
  }

  async #makePiece(table: TableClient): Promise<void> {
    const { partitionKey, namesAfter, makeCard } = this.#making;
    const write = (rowKey: string, columns: Readonly<Record<string, string>>) =>
      table.upsertEntity({ partitionKey, rowKey, ...columns }, 'Replace', callLimit());
    this.#until ??= String((await findRow(table, partitionKey, progressKey))?.['until'] ?? '');
    for (const endMs = performance.now() + pieceMs; performance.now() < endMs; ) {
      const names = await namesAfter(this.#until, sideBySide);
      await Promise.all(names.map((name) => makeCard(table, name)));
      this.#until = names.at(-1) ?? this.#until;
      if (names.length < sideBySide) {
        await write(completeKey, {});
        this.#isComplete = true;
        return;
      }
      await write(progressKey, { until: this.#until });
    }
  }
}
