/**
 * What somebody knows of the changes, as a token: how many there were of each group of models. Pure.
 *
 * No clock is in it, and nothing that a process remembers: counts only grow, so whoever comes with a token, after whatever
 * restart, to whichever instance, is told all that was counted since. Models share a group where there are many; of those that
 * share one, changes of a neighbour are told, too. The token of one model is its own count.
 */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Change, Changes } from '../domain/changes.ts';
import { RatchetError } from '../errors.ts';
import type { ChangedCard } from './cards.ts';

const groups = 256;
const bytes = groups * 2;
/** Counts wrap around; nobody is behind by half of that, or they are told to read everything. */
const wrap = 65_536;
const told = 200;

type Counts = readonly number[];

function groupOf(model: string | null): number {
  return createHash('sha256')
    .update(model ?? '')
    .digest()[0]!;
}

function countGroups(cards: readonly ChangedCard[]): Counts {
  const counts = new Array<number>(groups).fill(0);
  for (const { model, n } of cards) counts[groupOf(model)]! += n;
  return counts.map((count) => count % wrap);
}

function writeCounts(counts: Counts): string {
  const buffer = Buffer.alloc(bytes);
  counts.forEach((count, at) => {
    buffer.writeUInt16LE(count, at * 2);
  });
  return `f${deflateRawSync(buffer).toString('base64url')}`;
}

function readCounts(token: string): Counts {
  try {
    const buffer = inflateRawSync(Buffer.from(token.slice(1), 'base64url'), { maxOutputLength: bytes });
    if (buffer.length === bytes)
      return Array.from({ length: groups }, (_, at) => buffer.readUInt16LE(at * 2));
  } catch {
    // Said below.
  }
  throw new RatchetError(
    'bad-request',
    `after: a token of an earlier answer; found ${JSON.stringify(token.slice(0, 40))}; leave it out to begin anew`,
  );
}

/** What is known by now: of one model, or of all there is. */
export function tokenOf(cards: readonly ChangedCard[], model?: string): string {
  if (model === undefined) return writeCounts(countGroups(cards));
  return `m${cards.find((card) => card.model === model)?.n ?? 0}`;
}

/** What was changed since; `model`: of that alone. Throws `bad-request`. */
export function changesSince(token: string, cards: readonly ChangedCard[], model?: string): Changes {
  const own = model === undefined ? cards : cards.filter((card) => card.model === model);
  const next = tokenOf(cards, model);
  const single = /^m(\d{1,15})$/.exec(token)?.[1];
  if (single !== undefined && model === undefined) return everything(next);
  const before = single === undefined ? readCounts(token) : null;
  const now = countGroups(cards);
  const behindOf = (card: ChangedCard): number => {
    if (before === null) return card.n - Number(single);
    const group = groupOf(card.model);
    return (now[group]! - before[group]! + wrap) % wrap;
  };
  const changes: Change[] = [];
  for (const card of own) {
    const behind = behindOf(card);
    if (behind < 0 || behind >= wrap / 2) return everything(next);
    if (behind > 0) changes.push(...tell(card, behind));
  }
  return changes.length > told ? everything(next) : { token: next, changes, everything: false };
}

const everything = (token: string): Changes => ({ token, changes: [], everything: true });

/** Of several that are of one kind and id the last; where more has changed than is kept, that something has. */
function tell({ model, n, recent }: ChangedCard, behind: number): Change[] {
  const since = n - behind;
  const kept = recent.filter((change) => change.n > since);
  const isWhole = kept.length >= Math.min(behind, n);
  const unknown: Change[] = isWhole ? [] : [{ kind: 'decision', model, id: null }];
  const named = kept.map(({ kind, id }): Change => ({ kind, model, id }));
  const keyOf = ({ kind, id }: Change): string => `${kind} ${id}`;
  return [...unknown, ...new Map(named.map((change) => [keyOf(change), change])).values()];
}
