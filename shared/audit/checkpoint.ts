/**
 * A checkpoint: where every chain of the decision log ended at a moment. Kept where those who can write to the ledger cannot
 * write, it fixes what the log said until then. The last line of an export is one, too. Pure.
 */
import { canonicalJson } from './canonical-json.ts';
import { type ChainHead, sha256 } from './log-entry.ts';

export interface Checkpoint {
  readonly type: 'checkpoint';
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly chains: readonly CheckedChain[];
  /** SHA-256, hex, over the canonical JSON of all the rest: what may be noted down where there is room for little. */
  readonly hash: string;
}

interface CheckedChain extends ChainHead {
  /** Of an export's: the first entry that the file has of the chain; one more than `count` where it has none. */
  readonly first?: number;
}

export function makeCheckpoint(at: string, chains: readonly CheckedChain[]): Checkpoint {
  const sorted = chains.toSorted((a, b) => (a.chain < b.chain ? -1 : a.chain > b.chain ? 1 : 0));
  const rest = { type: 'checkpoint' as const, at, chains: sorted };
  return { ...rest, hash: hashOf(rest) };
}

/** As the last line of an export has it. */
export function checkpointLine({ chains, ...rest }: Checkpoint): string {
  return canonicalJson({ ...rest, chains: chains.map((chain) => ({ ...chain })) });
}

/** The checkpoint in a text, or why it is none. */
export function readCheckpoint(text: string): Checkpoint | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'it is not JSON';
  }
  if (!isCheckpoint(value)) return 'it does not have the fields of a checkpoint: type, at, chains, hash';
  const { hash, ...rest } = value;
  const names = value.chains.map(({ chain }) => chain);
  if (new Set(names).size < names.length) return 'it lists a chain twice';
  return hashOf(rest) === hash ? value : 'its hash does not match its content: it was changed';
}

export function isCheckpoint(value: unknown): value is Checkpoint {
  const { type, at, chains, hash, ...more } = (value ?? {}) as Partial<Checkpoint>;
  return (
    type === 'checkpoint' &&
    typeof at === 'string' &&
    typeof hash === 'string' &&
    Array.isArray(chains) &&
    chains.every(isHead) &&
    Object.keys(more).length === 0
  );
}

function isHead(value: unknown): boolean {
  const { chain, count, hash, first = 1, ...more } = (value ?? {}) as Partial<CheckedChain>;
  return (
    typeof chain === 'string' &&
    Number.isSafeInteger(count) &&
    count! >= 0 &&
    typeof hash === 'string' &&
    /^[0-9a-f]{64}$/.test(hash) &&
    Number.isSafeInteger(first) &&
    first >= 1 &&
    first <= count! + 1 &&
    Object.keys(more).length === 0
  );
}

function hashOf(rest: Omit<Checkpoint, 'hash'>): string {
  return sha256(canonicalJson({ ...rest, chains: rest.chains.map((chain) => ({ ...chain })) }));
}
