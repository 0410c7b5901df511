/**
 * The cards of all models and what has changed of each, in one partition of the table RatchetCards.
 *
 * A ledger of many models answers how each stands with one query, and whether anything has changed since somebody looked
 * by one key. Whatever the ledger writes is noted here afterwards, in one transaction: the model's card with one more
 * change counted, and the head, which has another tag after every change.
 *
 * Invariants
 * 1. What is in the ledger is noted before its writer is told that it is: whoever dies between is repeated, and notes it then.
 * 2. A card counts its changes 1, 2, 3 …, whoever writes: each write is conditional on what was read.
 * 3. A ledger from before there were cards has them made from its rows (complete-cards.ts), once, in pieces.
 */
import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import type { Change } from '../domain/changes.ts';
import type { ListedCards } from '../domain/listed-cards.ts';
import { type Latest, latestOf, type ModelCard, newModelCard } from '../domain/model-card.ts';
import { CompleteCards } from './complete-cards.ts';
import { findRow, type KnownRow, retryLostRaces } from './conditional-writes.ts';
import { readDocument, writeDocument } from './document.ts';
import type { InTable } from './on-ready-tables.ts';
import { fleetPartition } from './operations.ts';
import { quote } from './row-keys.ts';

/** A change as a card keeps it. */
export interface NotedChange extends Pick<Change, 'kind' | 'id'> {
  /** Which of the model's changes it is, from 1. */
  readonly n: number;
}

/** What was changed of one model, or of the fleet (null). */
export interface ChangedCard {
  readonly model: string | null;
  /** Changes so far. */
  readonly n: number;
  /** The latest of them, the latest last. */
  readonly recent: readonly NotedChange[];
}

interface Update {
  readonly change: Pick<Change, 'kind' | 'id'>;
  readonly apply: (card: ModelCard) => ModelCard;
}

interface Batch {
  readonly updates: Update[];
  readonly done: Promise<void>;
}

interface KnownCard extends Omit<ChangedCard, 'model'> {
  readonly card: ModelCard;
  /** Null: there is no row. */
  readonly etag: string | null;
}

/** What cards of a ledger of before are made of. */
interface CardSource {
  /** Names of models in order, after that one. */
  namesAfter(name: string, atMost: number): Promise<readonly string[]>;
  readCard(model: string): Promise<ModelCard>;
}

const partitionKey = 'fleet';
const headKey = '!head';
const fleetKey = 'f-fleet';
const keyOf = (model: string | null): string => (model === null ? fleetKey : `m-${model}`);
const modelOf = (key: string): string | null => (key === fleetKey ? null : key.slice(2));

const recentAtMost = 20;
/** A longer id is not told: whoever is told reads the model again. */
const longestId = 200;
/** Instances that write to one card at once: each round one of them gets through. */
const attempts = 40;

export class Cards {
  readonly #in: InTable;
  readonly #source: CardSource;
  readonly #known = new Map<string, KnownCard>();
  readonly #next = new Map<string, Batch>();
  readonly #last = new Map<string, Promise<void>>();
  readonly #complete: CompleteCards;

  constructor(inTable: InTable, source: CardSource) {
    this.#in = inTable;
    this.#source = source;
    this.#complete = new CompleteCards({
      partitionKey,
      namesAfter: source.namesAfter,
      makeCard: async (table, model) => {
        if (model === fleetPartition || (await findRow(table, partitionKey, keyOf(model)))) return;
        await this.note(model, { kind: 'decision', id: null });
      },
    });
  }

  /** Notes what was written. What comes while a card is being written is written with one more transaction, together. */
  note(model: string | null, change: Update['change'], apply: Update['apply'] = same): Promise<void> {
    const key = keyOf(model);
    const waiting = this.#next.get(key);
    if (waiting) {
      waiting.updates.push({ change, apply });
      return waiting.done;
    }
    const updates: Update[] = [{ change, apply }];
    const before = this.#last.get(key) ?? Promise.resolve();
    const done = before
      .catch(() => {})
      .then(() => {
        this.#next.delete(key);
        return this.#in(`noting a change of ${model ?? 'the fleet'}`, (table) =>
          retryLostRaces(() => this.#write(table, key, updates), attempts),
        );
      });
    this.#next.set(key, { updates, done });
    this.#last.set(key, done);
    return done;
  }

  async #write(table: TableClient, key: string, updates: readonly Update[]): Promise<void> {
    const known = this.#known.get(key) ?? (await this.#read(table, key));
    const card = updates.reduce((before, { apply }) => apply(before), known.card);
    const noted = updates.map(({ change: { kind, id } }, at) => ({
      n: known.n + at + 1,
      kind,
      id: id !== null && id.length <= longestId ? id : null,
    }));
    const n = known.n + updates.length;
    const recent = [...known.recent, ...noted].slice(-recentAtMost);
    const row = { partitionKey, rowKey: key, ...columns({ n, recent, card }, key) };
    const head = { partitionKey, rowKey: headKey };
    this.#known.delete(key);
    const answer = await table.submitTransaction(
      [
        known.etag === null ? ['create', row] : ['update', row, 'Replace', { etag: known.etag }],
        ['upsert', head, 'Replace'],
      ],
      callLimit(),
    );
    const etag = answer.subResponses[0]?.etag;
    if (etag !== undefined) this.#known.set(key, { n, recent, card, etag });
  }

  async #read(table: TableClient, key: string): Promise<KnownCard> {
    const row = await findRow(table, partitionKey, key);
    if (row) return { ...changesOf(row), card: readDocument<ModelCard>(row), etag: String(row['etag']) };
    const model = modelOf(key);
    const isNew = model === null || (await this.#complete.isComplete(table));
    const card = isNew ? newModelCard : await this.#source.readCard(model);
    return { n: 0, recent: [], card, etag: null };
  }

  /** The cards of models whose names lie between two, both included. A model without one is new, or is yet to have it made. */
  async list(from: string, to: string): Promise<ListedCards> {
    return this.#in('reading cards', async (table) => {
      const madeUntil = await this.#complete.goOn(table);
      const found = new Map<string, ModelCard>();
      const range = `RowKey ge ${quote(keyOf(from))} and RowKey le ${quote(keyOf(to))}`;
      for await (const row of rowsOf(table, range)) {
        found.set(modelOf(String(row['rowKey']))!, readDocument<ModelCard>(row));
      }
      return { cards: found, madeUntil };
    });
  }

  /** By model, how late what is listed of it is; undefined: there are models whose cards are yet to be made. */
  async latest(kind: keyof Latest): Promise<ReadonlyMap<string, string> | undefined> {
    const { cards, madeUntil } = await this.list('', 'z'.repeat(50));
    if (madeUntil !== null) return undefined;
    const known = [...cards].map(([model, card]) => [model, latestOf(card)[kind]] as const);
    return new Map(known.flatMap(([model, at]) => (at === null ? [] : [[model, at] as const])));
  }

  get(model: string): Promise<ModelCard> {
    return this.#in(
      `reading the card of ${model}`,
      async (table) => (await this.#read(table, keyOf(model))).card,
    );
  }

  /** Another one after every change; one key is read. */
  headTag(): Promise<string> {
    return this.#in('looking for changes', async (table) =>
      String((await findRow(table, partitionKey, headKey))?.['etag'] ?? ''),
    );
  }

  /** What was changed of every model. */
  listChanged(): Promise<readonly ChangedCard[]> {
    return this.#in('reading changes', async (table) => {
      const found: ChangedCard[] = [];
      const select = ['RowKey', 'n', 'recent'];
      for await (const row of rowsOf(table, `RowKey ge 'f' and RowKey lt 'n'`, select)) {
        found.push({ model: modelOf(String(row['rowKey'])), ...changesOf(row) });
      }
      return found;
    });
  }
}

const same = (card: ModelCard): ModelCard => card;

function columns({ n, recent, card }: Omit<KnownCard, 'etag'>, key: string): Record<string, string> {
  return { n: String(n), recent: JSON.stringify(recent), ...writeDocument(card, { card: key }) };
}

function changesOf(row: KnownRow): Omit<ChangedCard, 'model'> {
  return { n: Number(row['n']), recent: JSON.parse(String(row['recent'])) as NotedChange[] };
}

async function* rowsOf(table: TableClient, range: string, select?: string[]): AsyncGenerator<KnownRow> {
  const filter = `PartitionKey eq ${quote(partitionKey)} and ${range}`;
  const rows = table.listEntities({ queryOptions: { filter, ...(select && { select }) }, ...callLimit() });
  for await (const page of rows.byPage({ maxPageSize: 1000 })) yield* page;
}
