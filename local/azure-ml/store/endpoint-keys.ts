/** The keys of online endpoints: two each, so that one can be changed while callers use the other. */
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';

interface EndpointKeys {
  readonly primaryKey: string;
  readonly secondaryKey: string;
}

interface GivenKeys {
  readonly primaryKey?: string | undefined;
  readonly secondaryKey?: string | undefined;
}

export class EndpointKeyStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Those of an endpoint, made where there are none yet; `given` are those it is made with. */
  of(endpoint: string, given: GivenKeys = {}): EndpointKeys {
    this.#database
      .prepare('INSERT OR IGNORE INTO endpoint_keys (endpoint, primary_key, secondary_key) VALUES (?, ?, ?)')
      .run(endpoint, given.primaryKey ?? newKey(), given.secondaryKey ?? newKey());
    const row = this.#database.prepare('SELECT * FROM endpoint_keys WHERE endpoint = ?').get(endpoint);
    const { primary_key: primaryKey, secondary_key: secondaryKey } = row as Record<string, string>;
    return { primaryKey: primaryKey!, secondaryKey: secondaryKey! };
  }

  change(endpoint: string, which: 'Primary' | 'Secondary', key = newKey()): void {
    const keys = { ...this.of(endpoint), [which === 'Primary' ? 'primaryKey' : 'secondaryKey']: key };
    this.#database
      .prepare('UPDATE endpoint_keys SET primary_key = ?, secondary_key = ? WHERE endpoint = ?')
      .run(keys.primaryKey, keys.secondaryKey, endpoint);
  }
}

const newKey = (): string => randomBytes(24).toString('base64url');
