/**
 * Rows in the order of their ids, byte by byte, and which of them repeat one.
 *
 * By radix where many ids have to be told apart: what all of them begin with is passed over, the next six bytes are
 * one whole number that a double holds exactly, and ids alike in those are ordered among themselves.
 */
import { orderNumbers } from '../statistics/order-numbers.ts';
import { countUp } from '../statistics/typed.ts';

export interface IdOrder {
  /** Row numbers by rising id; equal ids in the order of their rows. */
  readonly order: Uint32Array;
  /** Rows whose id stands in an earlier row; empty ids are none. */
  readonly repeated: number;
  /** The first of them; -1 where there are none. */
  readonly firstRepeated: number;
}

const keyBytes = 6;
const fewIds = 48;

export function orderIds(bytes: Uint8Array, ends: Float64Array): IdOrder {
  const ids: Ids = { bytes, ends };
  const order = countUp(ends.length);
  // A list in place of recursion: ids as long as their number would exhaust the stack.
  const open: Stretch[] = [{ from: 0, to: order.length, depth: 0 }];
  for (let stretch = open.pop(); stretch; stretch = open.pop()) {
    const { from, to } = stretch;
    if (to - from < 2) continue;
    if (to - from <= fewIds) orderFew(ids, order, from, to);
    else orderStretch(ids, order, stretch, open);
  }
  return { order, ...findRepeated(ids, order) };
}

interface Ids {
  readonly bytes: Uint8Array;
  readonly ends: Float64Array;
}

/** Rows from..to of the order, whose ids are alike in their first `depth` bytes. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly depth: number;
}

function orderFew(ids: Ids, order: Uint32Array, from: number, to: number): void {
  order.subarray(from, to).sort((a, b) => compareIds(ids, a, b) || a - b);
}

/**
 * Orders a stretch by its next six bytes. Stretches of equal ones go on: few ids at once, many by way of the list,
 * which so holds no more than one stretch in `fewIds` rows.
 */
function orderStretch(ids: Ids, order: Uint32Array, { from, to, depth }: Stretch, open: Stretch[]): void {
  const rows = order.slice(from, to);
  const at = depth + sharedPrefix(ids, rows, depth);
  const keys = new Float64Array(rows.length);
  for (let place = 0; place < rows.length; place++) keys[place] = keyOf(ids, rows[place]!, at);
  const byKey = orderNumbers(keys);
  for (let place = 0; place < rows.length; place++) order[from + place] = rows[byKey[place]!]!;
  for (let start = 0; start < rows.length; ) {
    const key = keys[byKey[start]!]!;
    let end = start + 1;
    while (end < rows.length && keys[byKey[end]!] === key) end++;
    const alike: Stretch = { from: from + start, to: from + end, depth: at + keyBytes };
    if (end - start > fewIds) goOn(ids, order, alike, open);
    else if (end - start > 1) orderFew(ids, order, alike.from, alike.to);
    start = end;
  }
}

/** Ids that have ended come before those that have more; the former are in order of rows already. */
function goOn(ids: Ids, order: Uint32Array, stretch: Stretch, open: Stretch[]): void {
  const rows = order.slice(stretch.from, stretch.to);
  // A padded key says how long an id is only up to its end: "a" and "a\0" have the same.
  const lengths = Float64Array.from(rows, (row) => Math.min(lengthOf(ids, row), stretch.depth));
  const byLength = orderNumbers(lengths);
  const more = lengths.reduce((count, length) => (length === stretch.depth ? count + 1 : count), 0);
  for (const [place, at] of byLength.entries()) order[stretch.from + place] = rows[at]!;
  if (more > 1) open.push({ ...stretch, from: stretch.to - more });
}

const startOf = ({ ends }: Ids, row: number): number => (row === 0 ? 0 : ends[row - 1]!);
const lengthOf = (ids: Ids, row: number): number => ids.ends[row]! - startOf(ids, row);

/** Six bytes as a whole number; past the end of the id they are 0. */
function keyOf(ids: Ids, row: number, depth: number): number {
  const start = startOf(ids, row) + depth;
  const end = ids.ends[row]!;
  let key = 0;
  for (let at = start; at < start + keyBytes; at++) key = key * 256 + (at < end ? ids.bytes[at]! : 0);
  return key;
}

/** How many bytes after `depth` all of the rows share. */
function sharedPrefix(ids: Ids, rows: Uint32Array, depth: number): number {
  const first = startOf(ids, rows[0]!) + depth;
  let shared = Math.max(0, lengthOf(ids, rows[0]!) - depth);
  for (const row of rows) {
    const start = startOf(ids, row) + depth;
    shared = Math.min(shared, Math.max(0, ids.ends[row]! - start));
    let same = 0;
    while (same < shared && ids.bytes[first + same] === ids.bytes[start + same]) same++;
    shared = same;
  }
  return shared;
}

function compareIds(ids: Ids, a: number, b: number): number {
  const [startA, startB] = [startOf(ids, a), startOf(ids, b)];
  const [lengthA, lengthB] = [lengthOf(ids, a), lengthOf(ids, b)];
  for (let at = 0; at < lengthA && at < lengthB; at++) {
    const difference = ids.bytes[startA + at]! - ids.bytes[startB + at]!;
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}

function findRepeated(ids: Ids, order: Uint32Array): { repeated: number; firstRepeated: number } {
  let [repeated, firstRepeated] = [0, -1];
  for (let place = 1; place < order.length; place++) {
    const row = order[place]!;
    if (lengthOf(ids, row) === 0 || compareIds(ids, order[place - 1]!, row) !== 0) continue;
    repeated++;
    if (firstRepeated < 0 || row < firstRepeated) firstRepeated = row;
  }
  return { repeated, firstRepeated };
}
