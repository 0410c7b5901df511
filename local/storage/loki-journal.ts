/**
 * Keeps an Azurite store (a LokiJS database) on disk, document by document.
 *
 * By itself LokiJS writes the whole database to one JSON file every few seconds: what was acknowledged in between is
 * lost with the process. In its incremental mode it notes which documents changed; `save` writes those to SQLite.
 *
 * Owns: the documents of its databases on disk.
 * Does not own: when to save (durable-answers.ts: before every answer to a change), nor blob contents, which Azurite
 * writes and syncs to its extent files before it records them.
 *
 * Invariants
 * 1. When `save` returns, every change made to the databases until then is on disk, all of it or none.
 * 2. What `save` wrote is what the databases hold after the next start.
 */
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../process/in-transaction.ts';
import { openDatabase } from '../process/open-database.ts';

interface LokiDocument {
  readonly $loki: number;
}

interface LokiCollection {
  readonly name: string;
  readonly data: readonly LokiDocument[];
  readonly uniqueNames: readonly string[];
  readonly binaryIndices: Readonly<Record<string, unknown>>;
  dirty: boolean;
  dirtyIds: number[];
  get(id: number): LokiDocument | null;
  findOne(query: object): unknown;
  ensureAllIndexes(force: boolean): void;
}

export interface LokiDatabase {
  readonly collections: readonly LokiCollection[];
  getCollection(name: string): LokiCollection | null;
  autosaveDisable(): void;
  configureOptions(options: { adapter: LokiAdapter }): void;
}

interface LokiAdapter {
  readonly mode: 'incremental';
  loadDatabase(name: string, loaded: (database: object | null) => void): void;
  saveDatabase(name: string, copy: () => unknown, saved: (error: unknown) => void): void;
}

const tables = `
  CREATE TABLE IF NOT EXISTS collections (
    store TEXT NOT NULL, name TEXT NOT NULL, unique_names TEXT NOT NULL, indices TEXT NOT NULL,
    PRIMARY KEY (store, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS documents (
    store TEXT NOT NULL, collection TEXT NOT NULL, id INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (store, collection, id)
  ) WITHOUT ROWID;
`;

/** The statements, prepared once. */
function prepare(db: DatabaseSync) {
  return {
    putCollection: db.prepare('INSERT OR REPLACE INTO collections VALUES (?, ?, ?, ?)'),
    removeCollection: db.prepare('DELETE FROM collections WHERE store = ? AND name = ?'),
    collections: db.prepare('SELECT * FROM collections WHERE store = ?'),
    putDocument: db.prepare('INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)'),
    removeDocument: db.prepare('DELETE FROM documents WHERE store = ? AND collection = ? AND id = ?'),
    removeDocuments: db.prepare('DELETE FROM documents WHERE store = ? AND collection = ?'),
    documents: db.prepare('SELECT json FROM documents WHERE store = ? AND collection = ? ORDER BY id'),
  };
}

/** A database with its collections as they were when last saved. */
interface Kept {
  readonly database: LokiDatabase;
  saved: ReadonlyMap<string, LokiCollection>;
}

export class LokiJournal {
  readonly #database: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #stores = new Map<string, Kept>();

  constructor(file: string) {
    this.#database = openDatabase(file, tables);
    this.#statements = prepare(this.#database);
  }

  /** Takes over the persistence of a database that has not been loaded yet. */
  keep(store: string, database: LokiDatabase): void {
    this.#stores.set(store, { database, saved: new Map() });
    database.autosaveDisable();
    database.configureOptions({
      adapter: {
        mode: 'incremental',
        loadDatabase: (_name, loaded) => {
          loaded(this.#load(store));
          for (const collection of database.collections) collection.ensureAllIndexes(true);
          this.#stores.set(store, { database, saved: collectionsOf(database) });
        },
        saveDatabase: (_name, _copy, saved) => {
          this.save();
          saved(null);
        },
      },
    });
  }

  save(): void {
    const changed = [...this.#stores].filter(([, kept]) => hasChanges(kept));
    if (changed.length === 0) return;
    inTransaction(this.#database, () => {
      for (const [store, kept] of changed) this.#saveStore(store, kept);
    });
    for (const [, kept] of changed) {
      kept.saved = collectionsOf(kept.database);
      for (const collection of kept.database.collections) {
        collection.dirtyIds = [];
        collection.dirty = false;
      }
    }
  }

  close(): void {
    this.#database.close();
  }

  #load(store: string): object | null {
    const rows = this.#statements.collections.all(store);
    if (rows.length === 0) return null;
    const collections = rows.map((row) => {
      const name = String(row['name']);
      const documents = this.#statements.documents.all(store, name);
      const data = documents.map(({ json }) => JSON.parse(String(json)) as LokiDocument);
      const indices = JSON.parse(String(row['indices'])) as string[];
      return {
        name,
        data,
        maxId: data.at(-1)?.$loki ?? 0,
        uniqueNames: JSON.parse(String(row['unique_names'])) as string[],
        binaryIndices: Object.fromEntries(
          indices.map((index) => [index, { name: index, dirty: true, values: [] }]),
        ),
        // As for a collection that was never unloaded.
        adaptiveBinaryIndices: true,
        cloneObjects: false,
        asyncListeners: false,
        transactional: false,
        disableChangesApi: true,
        disableDeltaChangesApi: true,
      };
    });
    return { name: store, collections };
  }

  #saveStore(store: string, { database, saved }: Kept): void {
    for (const collection of database.collections) {
      const known = saved.get(collection.name) === collection;
      if (!known || collection.dirtyIds.length > 0) this.#saveCollection(store, collection, known);
    }
    for (const name of saved.keys()) {
      if (database.collections.some((collection) => collection.name === name)) continue;
      this.#statements.removeCollection.run(store, name);
      this.#statements.removeDocuments.run(store, name);
    }
  }

  #saveCollection(store: string, collection: LokiCollection, known: boolean): void {
    const { name, dirtyIds } = collection;
    const { putCollection, putDocument, removeDocument, removeDocuments } = this.#statements;
    if (!known) {
      const uniqueNames = JSON.stringify(collection.uniqueNames);
      putCollection.run(store, name, uniqueNames, JSON.stringify(Object.keys(collection.binaryIndices)));
      removeDocuments.run(store, name);
    }
    const changed = known ? new Set(dirtyIds) : collection.data.map(({ $loki }) => $loki);
    for (const id of changed) {
      const document = collection.get(id);
      if (document) putDocument.run(store, name, id, JSON.stringify(document));
      else removeDocument.run(store, name, id);
    }
  }
}

const collectionsOf = ({ collections }: LokiDatabase): ReadonlyMap<string, LokiCollection> =>
  new Map(collections.map((collection) => [collection.name, collection]));

function hasChanges({ database, saved }: Kept): boolean {
  return (
    database.collections.length !== saved.size ||
    database.collections.some((each) => each.dirtyIds.length > 0 || saved.get(each.name) !== each)
  );
}
