/**
 * Who acted, as ledger and states keep it: proven by the platform, never what a caller says of itself.
 *
 * Rows and states of before have none: their `by` is what a caller said.
 */
export interface Actor {
  readonly kind: 'person' | 'machine';
  /** For people to read: `ada@example.com`, `function key`. Two actors may bear one name; compare `id`. */
  readonly name: string;
  /** The object id of a person or an application in its directory; `function-key` for whoever holds a key. */
  readonly id: string;
  /** The program that acted for them, by its own account (`X-Ratchet-Agent`); absent: none said so. */
  readonly agent?: string;
}

/**
 * An actor in a sentence, and where there is only room for a text. No person's name has a colon (shared/access); whom the
 * platform gives none that can be shown bears the id in its place.
 */
export function describeActor({ kind, name, id, agent }: Actor): string {
  const who =
    kind === 'person' ? (name === id ? `a person without a known name (${id})` : name) : `machine:${name}`;
  return agent === undefined ? who : `${who} (through ${agent})`;
}
