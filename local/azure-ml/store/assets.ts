/**
 * Versioned assets and their containers: models, data, code, environments.
 *
 * Invariants
 * 1. A version's container exists: it is made with the first version when nobody made it before.
 * 2. A new model version and its ModelRegistered event are kept together.
 * 3. What was deleted stays known: its version is not given again.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crashPoint } from '../../crash-point.ts';
import { inTransaction } from '../../process/in-transaction.ts';
import type { Details } from '../details.ts';
import { noDetails } from '../details.ts';
import { modelRegistered } from '../events.ts';
import { type AssetKind, latest } from '../uris.ts';
import type { Outbox } from './outbox.ts';

export interface Container {
  readonly seq: number;
  readonly name: string;
  readonly details: Details;
  /** What else was said when it was made, such as the data type. */
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly createdMs: number;
  readonly modifiedMs: number;
}

export interface Asset extends Container {
  readonly kind: AssetKind;
  readonly version: string;
}

export class AssetStore {
  readonly #database: DatabaseSync;
  readonly #outbox: Outbox;
  readonly #now: () => number;

  constructor(database: DatabaseSync, outbox: Outbox, now: () => number) {
    this.#database = database;
    this.#outbox = outbox;
    this.#now = now;
  }

  /** `version` may be `latest`: the one made last. */
  find(kind: AssetKind, name: string, version: string): Asset | undefined {
    const exact = this.#database.prepare('SELECT * FROM assets WHERE kind = ? AND name = ? AND version = ?');
    const row = exact.get(kind, name, version);
    if (row) return assetOf(row as unknown as AssetRow);
    return version === latest ? this.versions(kind, name)[0] : undefined;
  }

  /** Newest first. */
  versions(kind: AssetKind, name: string): Asset[] {
    const rows = this.#database.prepare('SELECT * FROM assets WHERE kind = ? AND name = ? ORDER BY seq DESC');
    return (rows.all(kind, name) as unknown as AssetRow[]).map(assetOf);
  }

  findContainer(kind: AssetKind, name: string): Container | undefined {
    const row = this.#database
      .prepare('SELECT * FROM containers WHERE kind = ? AND name = ?')
      .get(kind, name);
    return row && containerOf(row as unknown as ContainerRow);
  }

  /** Newest first. */
  containers(kind: AssetKind): Container[] {
    const rows = this.#database
      .prepare('SELECT * FROM containers WHERE kind = ? ORDER BY seq DESC')
      .all(kind);
    return (rows as unknown as ContainerRow[]).map(containerOf);
  }

  add(
    kind: AssetKind,
    name: string,
    version: string,
    fixed: Record<string, unknown>,
    details: Details,
  ): Asset {
    const isModel = kind === 'models';
    const asset = inTransaction(this.#database, () => {
      const nowMs = this.#now();
      if (!this.findContainer(kind, name)) this.#insertContainer(kind, name, dataTypeOf(fixed), noDetails);
      this.#database
        .prepare(
          'INSERT INTO assets (kind, name, version, properties, created_ms, modified_ms) VALUES (?, ?, ?, ?, ?, ?)',
        )
        .run(kind, name, version, JSON.stringify({ fixed, details }), nowMs, nowMs);
      const { seq } = this.find(kind, name, version)!;
      const { tags, properties } = details;
      if (isModel) this.#outbox.put([modelRegistered({ name, version, seq, tags, properties }, nowMs)]);
      if (isModel) crashPoint('model-before-commit');
      return this.find(kind, name, version)!;
    });
    if (isModel) crashPoint('model-after-commit');
    this.#outbox.drain();
    return asset;
  }

  setDetails(asset: Asset, details: Details): Asset {
    this.#database
      .prepare('UPDATE assets SET properties = ?, modified_ms = ? WHERE seq = ?')
      .run(JSON.stringify({ fixed: asset.fixed, details }), this.#now(), asset.seq);
    return this.find(asset.kind, asset.name, asset.version)!;
  }

  putContainer(kind: AssetKind, name: string, fixed: Record<string, unknown>, details: Details): Container {
    const existing = this.findContainer(kind, name);
    if (existing) {
      this.#database
        .prepare('UPDATE containers SET properties = ?, modified_ms = ? WHERE seq = ?')
        .run(JSON.stringify({ fixed: { ...existing.fixed, ...fixed }, details }), this.#now(), existing.seq);
    } else {
      this.#insertContainer(kind, name, fixed, details);
    }
    return this.findContainer(kind, name)!;
  }

  /** Whether there was anything to remove. */
  remove(kind: AssetKind, name: string, version: string): boolean {
    return inTransaction(this.#database, () => this.#removeVersion(kind, name, version));
  }

  isDeleted(kind: AssetKind, name: string, version: string): boolean {
    return this.#deleted(kind, name).includes(version);
  }

  /** The next number: above every version that is a number, the deleted ones too. */
  nextVersion(kind: AssetKind, name: string): number {
    const versions = [
      ...this.versions(kind, name).map(({ version }) => version),
      ...this.#deleted(kind, name),
    ];
    return versions.reduce(
      (next, version) => (/^\d{1,15}$/.test(version) ? Math.max(next, Number(version) + 1) : next),
      1,
    );
  }

  #deleted(kind: AssetKind, name: string): string[] {
    const rows = this.#database.prepare('SELECT version FROM deleted_versions WHERE kind = ? AND name = ?');
    return (rows.all(kind, name) as { version: string }[]).map(({ version }) => version);
  }

  #removeVersion(kind: AssetKind, name: string, version: string): boolean {
    const gone = this.#database.prepare('DELETE FROM assets WHERE kind = ? AND name = ? AND version = ?');
    const isGone = gone.run(kind, name, version).changes > 0;
    const keep = this.#database.prepare('INSERT OR IGNORE INTO deleted_versions VALUES (?, ?, ?)');
    if (isGone) keep.run(kind, name, version);
    return isGone;
  }

  removeContainer(kind: AssetKind, name: string): boolean {
    return inTransaction(this.#database, () => {
      for (const { version } of this.versions(kind, name)) this.#removeVersion(kind, name, version);
      return (
        this.#database.prepare('DELETE FROM containers WHERE kind = ? AND name = ?').run(kind, name).changes >
        0
      );
    });
  }

  #insertContainer(kind: AssetKind, name: string, fixed: Record<string, unknown>, details: Details): void {
    const nowMs = this.#now();
    this.#database
      .prepare(
        'INSERT INTO containers (kind, name, properties, created_ms, modified_ms) VALUES (?, ?, ?, ?, ?)',
      )
      .run(kind, name, JSON.stringify({ fixed, details }), nowMs, nowMs);
  }
}

function dataTypeOf(fixed: Record<string, unknown>): Record<string, unknown> {
  return 'dataType' in fixed ? { dataType: fixed['dataType'] } : {};
}

interface ContainerRow {
  seq: number;
  kind: AssetKind;
  name: string;
  properties: string;
  created_ms: number;
  modified_ms: number;
}

interface AssetRow extends ContainerRow {
  version: string;
}

function containerOf(row: ContainerRow): Container {
  const { fixed, details } = JSON.parse(row.properties) as Pick<Container, 'fixed' | 'details'>;
  return {
    seq: row.seq,
    name: row.name,
    fixed,
    details,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
  };
}

function assetOf(row: AssetRow): Asset {
  return { ...containerOf(row), kind: row.kind, version: row.version };
}
